#!/bin/sh
# artifact.sh - ARTIFACT.md has the claims as the experiment files have them.
. "$(dirname "$0")/lib.sh"

cp "$root/ARTIFACT.md" ARTIFACT.md
"$root/scripts/update-artifact" "$tool" "$work/ARTIFACT.md"
ok "up to date; else run scripts/update-artifact" cmp "$root/ARTIFACT.md" ARTIFACT.md
for file in "$root"/experiments/*.exp; do
    figure=$(basename "$file" .exp)
    ok "$figure is there" grep -qx "### $figure" ARTIFACT.md
    for claim in $(sed -n 's/^\[claim \(.*\)\]$/\1/p' "$file"); do
        ok "$figure: $claim is there" grep -q "^| \`$claim\` |" ARTIFACT.md
    done
done

# The control: a claim that says something else is noticed.
sed 's/^| `alone-never-fails` | [^|]*/| `alone-never-fails` | Whatever /' ARTIFACT.md >changed.md
ok "the control differs" test "$(cmp -s ARTIFACT.md changed.md; echo $?)" -eq 1
"$root/scripts/update-artifact" "$tool" "$work/changed.md"
ok "and is mended" cmp ARTIFACT.md changed.md
finish
