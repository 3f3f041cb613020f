#!/bin/sh
# man.sh - the manual: mandoc finds nothing wrong with its pages; quiesce(1) has every verb
# and option of the tool's own help, quiesce-experiment(5) every key of an experiment file,
# section 3 every function of <quiesce/quiesce.h>.
# usage: man.sh ROOT PAGES [TOOL]
cd "$1" || exit 2
pages=$2 tool=$3
wrong=0
text=$(mktemp) || exit 2
trap 'rm -f "$text"' EXIT

complain() {
    echo "$1"
    wrong=1
}

for page in "$pages"/*.[135]; do
    # The date is git's, and other pages are looked for on this machine.
    mandoc -T lint -W warning "$page" >&2 || complain "$page: mandoc -T lint finds something"
    head -1 "$page" | grep -qF ".\\\" ${page##*/} - " ||
        complain "$page: the first line does not say what it is for"
done

# options VERB - the long options of its help.
options() { "$tool" "$1" --help 2>/dev/null | sed -n 's/^ *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p'; }

# section VERB - what quiesce(1) says of it; "-" as mdoc writes it.
section() { awk -v verb="$1" '/^[.]S[hs] / { inside = $2 == verb } inside' "$pages/quiesce.1"; }

if [ -x "$tool" ]; then
    for verb in $("$tool" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
        section "$verb" >"$text"
        [ -s "$text" ] || complain "quiesce.1: has no verb $verb"
        for option in $(options "$verb" | sort -u); do
            case $option in --help | --usage | --version) continue ;; esac
            grep -qE -- "(^|[ ,])-?${option#-}( |\$)" "$text" ||
                complain "quiesce.1: $verb has no $option"
        done
    done
fi

for key in $(sed -n 's/^    { "\([a-z]*\)",.*/\1/p' harness/settings.c) \
    $(grep -A4 'FIELDS({' harness/experiment.c | grep -o '{ "[a-z]*"' | tr -d '{ "'); do
    grep -qE "^[.](Cm|It Cm) (.*, )?$key( |,|\$)" "$pages/quiesce-experiment.5" ||
        complain "quiesce-experiment.5: has no key $key"
done

for function in $(grep -oE '\bqs_[a-z_]+\(' harness/quiesce.h | tr -d '(' | sort -u); do
    grep -qE "^[.]F[no] $function( |\$)" "$pages"/*.3 ||
        complain "section 3: does not name $function"
done
exit $wrong
