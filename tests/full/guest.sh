#!/bin/bash
# guest.sh - boots machines of several NUMA nodes in software and runs the tests there.
#
# What emulation shows is where threads and pages are, which is exact; its times say
# nothing.  The kernel is Debian's, unpacked, not installed.
set -euo pipefail

usage()
{
    cat <<'TEXT'
usage: tests/full/guest.sh BUILD [SHAPE...]

BUILD    a build folder, for example build/release
SHAPE    four-nodes     4 nodes of 2 processors and 512 MB each; here both figures that need
                        several nodes are run, too, with --quick
         memory-only    2 nodes of 2 cores, a third one of memory alone, one processor off
         (both)

Needs qemu-system-x86, busybox-static, cpio; scripts/install-deps --full installs them.
Exit status: 0 all passed, 1 something failed, 4 a package is missing.
TEXT
}

case ${1-} in
'' | -h | --help) usage; exit $((${#} == 0 ? 2 : 0)) ;;
esac
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
shapes=("$@")
[ $# -gt 0 ] || shapes=(four-nodes memory-only)
patience=540 # seconds for a guest; the figures take most of it
work=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-guest.XXXXXX")
trap 'rm -rf "$work"' EXIT
cache=$build/guest

need()
{
    command -v "$1" >/dev/null || { echo "guest.sh: no $1; scripts/install-deps --full" >&2; exit 4; }
}

# The kernel, kept in the build folder.
fetch_kernel()
{
    local package
    [ -e "$cache/vmlinuz" ] && return
    mkdir -p "$cache"
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
    [ -n "$package" ] || { echo "guest.sh: apt knows no linux-image-cloud-amd64; apt-get update" >&2; exit 4; }
    (cd "$work" && apt-get -q download "$package" && dpkg-deb -x "$package"_*.deb kernel) >"$cache/log" 2>&1 ||
        { tail -5 "$cache/log" >&2; exit 4; }
    mv "$work"/kernel/boot/vmlinuz-* "$cache/vmlinuz"
}

# copy PROGRAM... - to the guest's /bin, and the libraries it is linked to where it looks
# for them.
copy()
{
    local program
    for program; do
        install "$program" "$root/bin/"
        ldd "$program" | awk '/\// { print $(NF - 1) }' | while read -r library; do
            install -D "$library" "$root$library"
        done
    done
}

make_initrd()
{
    root=$work/root
    mkdir -p "$root/bin"
    copy "$build/quiesce" "$build/tests/full/test_numa" "$build/tests/harness/test_moved" \
        "$build/tests/harness/test_topology" "$build/tests/harness/test_locality"
    install "$(command -v busybox)" "$root/bin/busybox"
    install "$here/guest_init" "$root/init"
    install -D -t "$root/experiments" "$here"/../../experiments/{thomas2019-caslocality,calciu2017-nr}.exp
    (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initrd"
}

# options SHAPE - what qemu is told, one word a line; the last line is for the kernel.
options()
{
    local node
    case $1 in
    four-nodes)
        echo "-smp 8,sockets=4,cores=2,threads=1"
        for node in 0 1 2 3; do
            echo "-object memory-backend-ram,id=m$node,size=512M"
            echo "-numa node,nodeid=$node,cpus=$((2 * node))-$((2 * node + 1)),memdev=m$node"
        done
        echo "-numa dist,src=0,dst=1,val=21 -numa dist,src=0,dst=2,val=31 -numa dist,src=0,dst=3,val=31"
        echo "-numa dist,src=1,dst=2,val=31 -numa dist,src=1,dst=3,val=31 -numa dist,src=2,dst=3,val=21"
        ;;
    memory-only)
        echo "-smp 4,sockets=2,cores=2,threads=1"
        for node in 0 1 2; do
            echo "-object memory-backend-ram,id=m$node,size=$((node == 2 ? 1024 : 512))M"
        done
        echo "-numa node,nodeid=0,cpus=0-1,memdev=m0 -numa node,nodeid=1,cpus=2-3,memdev=m1"
        echo "-numa node,nodeid=2,memdev=m2"
        ;;
    *) echo "guest.sh: no shape '$1'; see guest.sh --help" >&2; exit 2 ;;
    esac
}

arguments()
{
    case $1 in
    four-nodes) echo "nodes=4 cpus=8 memories=4 figures=thomas2019-caslocality,calciu2017-nr" ;;
    memory-only) echo "maxcpus=3 nodes=2 cpus=3 memories=3" ;;
    esac
}

# boot SHAPE - prints what the guest says; true if it says that all is well.  A kernel that
# does not get as far as its first process, as happens where threads of the emulator wait
# for each other, is started once more.
boot()
{
    boot_once "$1" && return
    ! grep -q 'booted after' "$work/console" && boot_once "$1"
}

boot_once()
{
    local words
    words=$(options "$1") || exit
    # shellcheck disable=SC2086
    timeout "$patience" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 2048 -nographic -no-reboot \
        $words -kernel "$cache/vmlinuz" -initrd "$work/initrd" \
        -append "console=ttyS0 quiet panic=-1 $(arguments "$1")" </dev/null 2>&1 |
        stdbuf -o0 tr -d '\r' | tee "$work/console"
    grep -qx 'GUEST: 0' "$work/console"
}

need qemu-system-x86_64
need busybox
need cpio
fetch_kernel
make_initrd
status=0
for shape in "${shapes[@]}"; do
    started=$SECONDS
    echo "== $shape"
    if boot "$shape"; then
        echo "== $shape: passed, $((SECONDS - started)) s"
    else
        echo "== $shape: FAILED, $((SECONDS - started)) s"
        status=1
    fi
done
exit $status
