#!/bin/sh
# reproducible.sh - the packages of two builds are the same bits: in folders of other
# names, at another time, in another time zone and language, with one job and with two.
# A part of the maps, since the others are built alike.
# usage: reproducible.sh TOOL ROOT
. "$(dirname "$0")/../cli/lib.sh"
export SOURCE_DATE_EPOCH=1700000000 CCACHE_DISABLE=1
libraries="quiesce_reclaim_shared quiesce_reclaim_static"

# sources FOLDER: a copy of what a build reads.
sources()
{
    mkdir -p "$1"
    tar -C "$root" --exclude=./build --exclude=./results --exclude=./.git -cf - . |
        tar -C "$1" -xf -
}

# built FOLDER JOBS OPTION...
built()
{
    (cd "$1" && jobs=$2 && shift 2 &&
        cmake --preset package -DQUIESCE_SUBSET=ON "$@" &&
        cmake --build --preset package -j "$jobs" &&
        cpack --config build/package/CPackConfig.cmake -B packages) >"$1.log" 2>&1
    ok "$1 builds" test $? -eq 0
    ls "$1"/packages/*.deb >/dev/null 2>&1 || tail -5 "$1.log"
}

sources one
sources somewhere_else/two
built one 1
(TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 && export TZ LC_ALL && built somewhere_else/two 2)
ok "there are packages" test "$(ls one/packages/*.deb | wc -l)" -eq 4
for package in one/packages/*.deb; do
    ok "${package##*/} is the same" cmp "$package" "somewhere_else/two/packages/${package##*/}"
done
for library in one/build/package/lib/*.so.*.*.* one/build/package/lib/*.a; do
    ok "${library##*/} is the same" cmp "$library" \
        "somewhere_else/two/build/package/lib/${library##*/}"
done
ok "no package says where it was built" test -z "$(for package in one/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package"
done | grep -aoF "$work")"

# Controls: with the paths in, and of another day.
for folder in one somewhere_else/two; do
    # shellcheck disable=SC2086  # words
    (cd $folder && cmake -S . -B paths -G Ninja -DCMAKE_BUILD_TYPE=Release &&
        cmake --build paths -j 2 --target $libraries) >log 2>&1
    ok "$folder builds with its paths" test -f $folder/paths/lib/libquiesce.a
done
ok "with paths it is not the same" test "$(cmp -s one/paths/lib/libquiesce.so.0.1.0 \
    somewhere_else/two/paths/lib/libquiesce.so.0.1.0; echo $?)" -eq 1
(cd one && SOURCE_DATE_EPOCH=1700086400 \
    cpack --config build/package/CPackConfig.cmake -B tomorrow) >log 2>&1
ok "of another day it is not the same" test "$(cmp -s one/packages/libquiesce-dev*.deb \
    one/tomorrow/libquiesce-dev*.deb; echo $?)" -eq 1
finish
