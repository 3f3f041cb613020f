#!/bin/sh
# readme.sh - README.md names every structure and scheme of the matrix, as style.gp does,
# and its import is the example's; scripts/README.md names every package.
# usage: readme.sh ROOT
cd "$1" || exit 2
wrong=0

complain() {
    echo "$1"
    wrong=1
}

for name in $(sed -n 's/^\(STRUCTURE\|SCHEME\)(\([a-z0-9_]*\),.*/\2/p' harness/matrix.def); do
    case $name in *_uncounted | *_located | *_text) continue ;; esac
    grep -qF "\`$name\`" README.md || complain "README.md: does not name $name"
    grep -q "^name_$name " experiments/style.gp ||
        complain "experiments/style.gp: has no name_$name"
done

awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside && NF' README.md |
    while IFS= read -r line; do
        grep -qxF -- "$line" examples/dns.c || echo "examples/dns.c: lacks README.md's: $line"
    done | { ! grep .; } || wrong=1

for package in $(sed -n 's/.*|| echo \([a-z0-9-]*\)$/\1/p' scripts/install-deps); do
    grep -qE "(^|[ ,;])$package([ ,;]|$)" scripts/README.md ||
        complain "scripts/README.md: does not name the package $package"
done
exit $wrong
