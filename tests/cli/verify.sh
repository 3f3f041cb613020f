#!/bin/sh
# verify.sh - `quiesce bench --verify` and `quiesce verify` judge recorded calls; what is
# found is drawn, kept, and found again.
. "$(dirname "$0")/lib.sh"

run bench --verify --structure skip_list --operations 20k
ok "every scheme of a structure" test $status -eq 0
ok "each has a verdict" test "$(grep -c '  linearizable$' out)" -eq \
    "$("$tool" list --csv | grep -c '^skip_list,[a-z_]*,ok')"
ok "the clock is named" grep -qE '^clock: (time stamp counter|CLOCK_MONOTONIC)' out
run bench --verify --structure hm_list --reclaim hp --threads 2,3 --clock monotonic \
    --operations 20k
ok "the other clock" test $status -eq 0 -a "$(grep -c '  linearizable$' out)" -eq 2
ok "a sound map leaves no files" test -z "$(ls finding* 2>/dev/null)"

run bench --verify --structure split_ordered --reclaim hp --operations 20k \
    --history calls.csv
# 20 000 and those that filled the map to half.
ok "--history" test $status -eq 0 -a "$(sed 1d calls.csv | wc -l)" -eq 20005
sed 1d calls.csv >rows.csv
ok "calls are whole" is_whole rows.csv
all 'v("invoke") <= v("answer")' rows.csv
run verify calls.csv
ok "judged again" test $status -eq 0
ok "with the same verdict" grep -q '^20004 calls on 8 objects, .*: linearizable$' out

# The negative control: one answer of thousands says the contrary.
awk -F, -v OFS=, '!done && NR > 5000 && $4 == "get" && $8 == 1 {
    $9 = 987654321; done = 1 } { print }' calls.csv >wrong.csv
run verify wrong.csv --svg wrong.svg
ok "a changed answer is found" test $status -eq 1
ok "and shown" grep -qE '^key [0-7]: nothing explains get\([0-7]\) = v987654321' out
ok "with what it could be" grep -q '^just before that answer it was: ' out
ok "and its lane" grep -q '=|   <== not explained$' out
ok "and drawn" xmllint --noout wrong.svg

head=thread,invoke,answer,kind,key,input,other,ok,output,items
printf '# queue; lost order\n%s\n%s\n%s\n%s\n' $head 0,1,2,push,0,5,0,1,0, \
    0,3,4,push,0,6,0,1,0, 1,5,6,pop,0,0,0,1,6, >queue.csv
run verify queue.csv
ok "a queue out of order" test $status -eq 1
ok "knows what was in it" grep -qxF 'just before that answer it was: [5 6]' out
run verify queue.csv --model priority_queue
ok "another model" test $status -eq 1
sed -i 's/pop,0,0,0,1,6/pop,0,0,0,1,5/' queue.csv
run verify queue.csv
ok "a queue in order" test $status -eq 0
{
    printf '# queue; long\n%s\n' $head
    awk 'BEGIN { for (i = 1; i <= 3000; i++) {
        print "0," 4 * i "," 4 * i + 1 ",push,0," i ",0,1,0,"
        print "1," 4 * i + 2 "," 4 * i + 3 ",pop,0,0,0,1," (i == 2000 ? 2001 : i) ","
    } }'
} >long.csv
run verify long.csv
ok "a long queue" test $status -eq 1
ok "is judged by what is wrong" grep -qx 'popped before it was pushed:' out
printf '# ordered_map; a scan\n%s\n%s\n%s\n' $head 0,1,2,insert,3,5,0,1,0, \
    1,5,9,scan,0,0,100,1,0, >scan.csv
run verify scan.csv
ok "a scan that misses a key" test $status -eq 1
ok "is explained" grep -q 'key 3 was left out although it was present throughout' out
finish
