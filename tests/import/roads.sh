#!/bin/sh
# roads.sh - every way in which another project may take the libraries, from an
# installed tree: each builds without a warning and its program is right.
. "$(dirname "$0")/../cli/lib.sh"
here=$root/tests/import
build=${3:?build folder}
# QUIESCE_INSTALLED=/usr: from there, where packages have put it.
prefix=${QUIESCE_INSTALLED:-$PWD/prefix}
strict="-Wall -Wextra -Wpedantic -Werror"

if [ -z "${QUIESCE_INSTALLED-}" ]; then
    cmake --install "$build" --prefix "$prefix" >log 2>&1
    ok "installs" test $? -eq 0
    [ -d "$prefix" ] || tail -3 log
fi
libs=$(dirname "$(find "$prefix" -name libquiesce.so)")
export PKG_CONFIG_PATH="$libs/pkgconfig" LD_LIBRARY_PATH="$libs"

is_right() { ok "$1" test "$("$2" 2>&1 | tail -1 | grep -cE '^right$|maps are right$')" -eq 1; }

# builds WHAT OUTPUT COMMAND...: says what the compiler said, if it said something
builds()
{
    what=$1 output=$2
    shift 2
    rm -f "$output"
    "$@" -o "$output" >log 2>&1
    ok "$what builds" test -x "$output"
    [ -x "$output" ] || head -5 log
    is_right "$what" "$output"
}

# shellcheck disable=SC2046,SC2086  # words of pkg-config and of $strict
{
    builds "pkg-config, shared" ./shared cc -std=c11 $strict "$here/typed.c" \
        $(pkg-config --cflags --libs quiesce)
    builds "pkg-config, static" ./static cc -std=c11 $strict -static "$here/typed.c" \
        $(pkg-config --static --cflags --libs quiesce)
    builds "pkg-config, liburcu" ./urcu cc -std=c11 $strict "$here/typed_urcu.c" \
        $(pkg-config --cflags --libs quiesce-urcu) -lurcu-memb
    builds "pkg-config, by name" ./named cc -std=c11 $strict "$here/named.c" \
        $(pkg-config --cflags --libs quiesce-maps)
    builds "plain headers and a library" ./plain cc -std=c11 $strict -I "$prefix/include" \
        "$here/typed.c" "$libs/libquiesce.a" -lpthread
}
for cxx in c++ clang++; do
    command -v $cxx >/dev/null || continue
    # shellcheck disable=SC2046,SC2086
    builds "$cxx, C++11, by name" ./named_cxx $cxx -std=c++11 $strict -x c++ \
        "$here/named.c" -x none $(pkg-config --cflags --libs quiesce-maps)
    # shellcheck disable=SC2046,SC2086
    builds "$cxx, C++17, wrapped" ./wrapped $cxx -std=c++17 $strict "$here/wrapped.cpp" \
        $(pkg-config --cflags --libs quiesce-maps) -lpthread
done

# consumer WHAT FOLDER PROGRAMS OPTION...
consumer()
{
    what=$1 folder=$2 programs=$3
    shift 3
    rm -rf consumer
    { cmake -S "$here/$folder" -B consumer -DCMAKE_BUILD_TYPE=Release "$@" &&
        cmake --build consumer -j 2 --target $programs; } >log 2>&1
    ok "$what builds" test $? -eq 0
    for program in $programs; do
        is_right "$what: $program" "consumer/$program"
    done
    grep -qE '(warning|error):' log && grep -E -m3 '(warning|error):' log
}
consumer "find_package" package "typed typed_urcu named named_cxx wrapped" \
    -DCMAKE_PREFIX_PATH="$prefix"
consumer "find_package, static" package "typed typed_urcu named named_cxx wrapped" \
    -DCMAKE_PREFIX_PATH="$prefix" -DQUIESCE_USE_STATIC=ON
consumer "FetchContent" fetched typed -DTREE="$root"

# Meson, where it is.
mkdir meson
cp "$here/meson/meson.build" "$here/typed.c" "$here/named.c" meson
for library in shared static; do
    command -v meson >/dev/null || { echo "Meson is not here: not tried"; break; }
    { meson setup "meson_$library" meson -Ddefault_library=$library &&
        ninja -C "meson_$library"; } >log 2>&1
    ok "Meson, $library, builds" test $? -eq 0
    for program in typed named; do
        is_right "Meson, $library: $program" "meson_$library/$program"
    done
    ok "Meson, $library, links it so" test \
        "$(readelf -d "meson_$library/typed" | grep -c 'NEEDED.*libquiesce')" -eq \
        "$([ $library = shared ] && echo 1 || echo 0)"
done

cmake -S "$here/package" -B refused -DCMAKE_PREFIX_PATH="$prefix" \
    "-DCOMPONENTS=trees" >log 2>&1
ok "an unknown component is refused" test $? -ne 0
tr -s ' \n' ' ' <log >line
ok "... by name" grep -q "has no component 'trees' (there are: reclaim structures urcu maps)" line

ok "only qs_ is visible" test -z "$(nm -D --defined-only "$libs"/libquiesce*.so |
    awk 'NF == 3 && $3 !~ /^(qs_|QUIESCE_)/')"
ok "soname" test "$(readelf -d "$libs/libquiesce.so" | grep -c 'SONAME.*libquiesce.so.0.1')" -eq 1

# The line of examples/README.md.
cp "$root/examples/dns.c" .
sed -n 's/^    \(cc .*dns[.]c.*\)/\1/p' "$root/examples/README.md" >line
ok "there is a line for an example" test -s line
sh ./line >log 2>&1
ok "the example builds by its line" test $? -eq 0
ok "... and is right" ./dns >log

# What the manual shows: the literal block of EXAMPLES, as it stands.
shown_in()
{
    awk '/^[.]Sh / { inside = $2 == "EXAMPLES" } inside && /^[.]Bd/ { shown = 1; next }
        /^[.]Ed/ { shown = 0 } shown { gsub(/\\e/, "\\"); print }' "$prefix/share/man/$1"
}
shown_in man3/quiesce.3 >manual.c
# shellcheck disable=SC2046,SC2086
cc -std=c11 $strict manual.c -o manual $(pkg-config --cflags --libs quiesce-maps) >log 2>&1
ok "the manual's program builds" test $? -eq 0
ok "... and runs" test "$(./manual)" = "7 is 49"
shown_in man5/quiesce-experiment.5 >mine.exp
"$prefix/bin/quiesce" plan ./mine.exp >log 2>&1
ok "the manual's experiment is one" test $? -eq 0
ok "... of four cells" test "$(awk '$1 == "mine" { print $2 }' log)" -eq 4
ok "every function has a page" test \
    "$(grep -oE '\bqs_[a-z_]+\(' "$prefix/include/quiesce/quiesce.h" | tr -d '(' | sort -u |
        while read -r name; do [ -f "$prefix/share/man/man3/$name.3" ] || echo "$name"; done)" = ""

[ -z "${QUIESCE_INSTALLED-}" ] || finish
# Packages, taken apart.
(cpack --config "$build/CPackConfig.cmake" -B "$PWD/packages") >log 2>&1
ok "packages are made" test "$(ls packages/*.deb | wc -l)" -eq 4
for package in packages/*.deb; do
    dpkg-deb -x "$package" whole
done
libs=$(dirname "$(find "$PWD/whole" -name libquiesce.so)")
export PKG_CONFIG_PATH="$libs/pkgconfig" LD_LIBRARY_PATH="$libs"
# shellcheck disable=SC2046,SC2086
builds "packages, pkg-config" ./packaged cc -std=c11 $strict "$here/named.c" \
    $(pkg-config --cflags --libs quiesce-maps)
ok "the tool finds its experiments" \
    test "$(whole/usr/bin/quiesce list figures | grep -c casfail)" -ge 1
ok "liburcu is apart" test "$(dpkg-deb -f packages/libquiesce0*.deb Depends | grep -c urcu)" -eq 0
finish
