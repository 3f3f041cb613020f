# mutants.sh - applies the seeded bugs of mutants*.txt, one at a time: sourced by mutants and
# bug-table with $build set to a build directory that holds quiesce-check.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "$build" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-gcc}
mapfile -t doors <"$build/tests/explore/doors"
flags=(-std=c11 -D_GNU_SOURCE -DNDEBUG -w -O1 "${doors[@]}")

# Replaces $from by $to in line number $which of those that hold it, or in the only one;
# fails if there is no such line.
mutate() { # file
  mkdir -p "$work/tree/$(dirname "$1")"
  from=$from to=$to which=$which awk '
    BEGIN { from = ENVIRON["from"]; to = ENVIRON["to"]; which = ENVIRON["which"] }
    (i = index($0, from)) && (++lines == which || which == "") {
      $0 = substr($0, 1, i - 1) to substr($0, i + length(from)); done = 1
    }
    { print }
    END { exit !done || (which == "" && lines > 1) }' "$root/$1" >"$work/tree/$1"
}

# What schemes share, beside the file of their own: all of reclaim/ that is no scheme,
# without the doors.
mapfile -t shared < <(
  for file in "$root"/reclaim/*.c; do
    source=$(basename "$file" .c)
    case $source in memory | system | interrupt | numa) continue ;; esac
    grep -q "^SCHEME($source," "$root/harness/matrix.def" || echo "$source"
  done
)

# The header and instance source of a structure, and the sort of its objects.
describe() { # structure
  read -r _ sort header instance \
    < <(grep "^$1 " "$build/tests/explore/quiesce-check.pairs")
}

# The file as it is, or mutated.
mutated() { # file, below the root
  if [ -e "$work/tree/$1" ]; then echo "$work/tree/$1"; else echo "$root/$1"; fi
}

# Whether a source of reclaim/ is as ever: neither it nor a header beside it is mutated.
is_untouched() { # source
  [ ! -e "$work/tree/reclaim/$1.c" ] && ! compgen -G "$work/tree/reclaim/*.h" >/dev/null
}

# The object of a source of reclaim/; one that is as ever is kept for the mutants to come.
object_of() { # source
  if is_untouched "$1"; then echo "$work/kept_$1.o"; else echo "$work/mutated_$1.o"; fi
}

compile_source() { # source, object
  case $2 in "$work"/kept_*) [ ! -e "$2" ] || return 0 ;; esac
  "$cc" "${flags[@]}" -fsanitize=thread -I"$work/tree" -I"$root" \
    -c "$(mutated "reclaim/$1.c")" -o "$2"
}

compile() { # pair of structure and scheme
  local scheme_header=reclaim/$2.h source object objects=() sort header instance
  case $2 in oracle_*) scheme_header=tests/explore/$2.h ;; esac
  describe "$1"
  for source in "${shared[@]}" "$2"; do
    [ -e "$root/reclaim/$source.c" ] || continue # an oracle
    object=$(object_of "$source")
    compile_source "$source" "$object" || return 1
    objects+=("$object")
  done
  echo "PAIR($1, $2, $sort)" >"$work/pairs.def"
  "$cc" "${flags[@]}" -I"$root" "-DPAIRS=\"$work/pairs.def\"" -c "$here/pairs.c" \
    -o "$work/pairs.o" &&
    "$cc" "${flags[@]}" -fsanitize=thread -I"$work/tree" -I"$root" "-DINSTANCE=$1_$2" \
      "-DLABEL=\"$1\"" "-DSTRUCTURE_HEADER=\"$header\"" "-DRECLAIM=$2" \
      "-DRECLAIM_HEADER=\"$scheme_header\"" -c "$(mutated "$instance")" \
      -o "$work/instance.o" &&
    "$cc" -o "$work/check" "$work"/{pairs,instance}.o "${objects[@]}" \
      "$build/tests/explore/libexplorer.a" -lm
}

# After how many executions this search finds the mutant; - if it does not.
found_after() { # option...
  timeout "${patience:-600}" "$work/check" --no-shrink "$@" 2>&1 |
    sed -n 's/.*found after \([0-9]*\) .*/\1/p' | grep . || echo -
}

wanted() { # name, then the names asked for
  local name=$1
  shift
  [ $# -eq 0 ] && return 0
  for n; do [ "$n" = "$name" ] && return 0; done
  return 1
}

# Calls the function with name, about, structure, scheme, file and budget of each mutant, or
# of the named ones; $from, $to, $which and the array $with are set.
each_mutant() { # function [name...]
  local function=$1 key value name='' about structure scheme file
  shift
  while read -r key value; do
    case $key in
    mutant)
      [ -z "$name" ] || echo "mutants: $name has no budget" >&2
      name=$value with=() which=''
      ;;
    about) about=$value ;;
    pair) read -r structure scheme <<<"$value" ;;
    file) file=$value ;;
    from) from=$value ;;
    to) to=$value ;;
    which) which=$value ;;
    with) read -r -a with <<<"$value" ;;
    budget)
      wanted "$name" "$@" &&
        "$function" "$name" "$about" "$structure" "$scheme" "$file" "$value"
      name=''
      ;;
    esac
  done < <(cat "$here"/mutants*.txt)
}
