# units.awk - of compile_commands.json, an entry per file and, of those that are compiled
# for many pairs, one per structure.
/^\{/ { entry = unit = file = ""; next }
/"command":/ {
    if (match($0, /STRUCTURE_HEADER=[^ ]+/))
        unit = substr($0, RSTART, RLENGTH)
}
/"file":/ { file = $0 }
/^\}/ {
    if (file !~ /\/bad\// && !seen[file, unit]++)
        entries = entries (entries ? ",\n" : "") "{\n" entry "}"
    next
}
/^  / { entry = entry $0 "\n" }
END { print "[\n" entries "\n]" }
