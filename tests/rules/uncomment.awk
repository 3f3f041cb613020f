# uncomment.awk - prints C files as FILE:LINE:TEXT without comments and string literals.
FNR == 1 { inside = 0 }
{
    line = $0
    text = ""
    while (line != "") {
        if (inside) {
            end = index(line, "*/")
            if (!end)
                break
            line = substr(line, end + 2)
            inside = 0
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"/)) {
            text = text substr(line, 1, RSTART - 1)
            token = substr(line, RSTART, 2)
            if (token == "//")
                break
            inside = token == "/*"
            line = substr(line, RSTART + RLENGTH)
        } else {
            text = text line
            line = ""
        }
    }
    print FILENAME ":" FNR ":" text
}
