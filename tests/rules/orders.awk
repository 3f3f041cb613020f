# orders.awk - holds the numbered memory-order sites of a body and its header comment
# together.
#
# Input: the header that documents them and the .c file with the same name, if any.  The
# numbers of the section "Memory order" in the first comment are those of the comments
# /* (N) */ in the code, both ways.  With strict=1 every atomic access that is not
# relaxed and every protect and validate carries a number in its statement.
FNR == 1 { in_header = NR == 1; in_section = 0; pending = "" }
in_header {
    if (/Memory order/) { in_section = 1; sub(/.*Memory order/, "") }
    if (in_section && /^ \*$/) in_section = 0
    if (in_section) note($0, documented, "\\([0-9]+\\)")
    if (/\*\// && !/SPDX/) in_header = 0
    next
}
/^ *#/ || continued { continued = /\\$/; next }
{
    note($0, sites, "/\\* \\([0-9]+\\)")
    if (!strict) next
    if (pending == "" && !/(qs_(load|store|exchange|fetch_[a-z]+|cas|counted_cas)|_protect|_validate)\(/)
        next
    if (pending == "") first = FNR
    pending = pending $0
    if (!/[;{]/ && !/^\}/) next
    # The comment may follow the statement's end on the same line only.
    if (pending !~ /\/\* \([0-9]+\)/ &&
        (pending !~ /relaxed/ || pending ~ /cas\(|_protect\(|_validate\(/)) {
        print FILENAME ":" first ": an access that is not relaxed has no number"
        wrong = 1
    }
    pending = ""
}
function note(text, set, pattern,    number) {
    while (match(text, pattern)) {
        number = substr(text, RSTART, RLENGTH)
        gsub(/[^0-9]/, "", number)
        if (!(number in set)) set[number] = FILENAME ":" FNR
        text = substr(text, RSTART + RLENGTH)
    }
}
END {
    for (n in documented)
        if (!(n in sites)) {
            print documented[n] ": (" n ") is explained but marks no access"
            wrong = 1
        }
    for (n in sites)
        if (!(n in documented)) {
            print sites[n] ": (" n ") is not explained under \"Memory order\""
            wrong = 1
        }
    exit wrong
}
