#!/bin/sh
# usage.sh - wrong command lines: the exit status, and one line that names the input and
# the remedy.
. "$(dirname "$0")/lib.sh"
bench="bench --structure split_ordered --reclaim hp --duration 10ms --repeats 1"

says 2 "did you mean 'bench'?" benhc
says 2 "did you mean 'split_ordered'?" bench --structure split_orderd --reclaim hp
says 2 "did you mean 'ebr'?" bench --structure hm_list --reclaim ebra
says 2 "hm_list michael_hash split_ordered" bench --structure nothing_like_it --reclaim hp
says 2 "readers walk this list" bench --structure hm_list --reclaim direct
says 2 "--structure" bench
says 2 "--reclaim" bench --structure hm_list
says 2 "use --threads 1" bench --structure chained --reclaim direct --threads 1,2
says 2 "use --threads 1" bench --structure linear_probing --reclaim direct --threads 4 --verify
says 2 "one thread alone" bench --structure seq_split_order --reclaim hp --threads 1
says 2 "--threads 0" $bench --threads 0
says 2 "--threads -1" $bench --threads -1
says 2 "--threads" $bench --threads 1,,8
says 2 "--threads" $bench --threads ''
says 2 "--threads 1x" $bench --threads 1x
says 2 "--threads 1e308" $bench --threads 1e308
says 2 "requires an argument" $bench --threads
says 2 "add --oversubscribe" $bench --threads 3000
says 2 "--keys 0" $bench --keys 0
says 2 "--keys 1e308" $bench --keys 1e308
says 2 "use fewer" $bench --keys 1000G
says 2 "--keys -5" $bench --keys -5
says 2 "add up to 100" $bench --mix 90/5/6
says 2 "add up to 100" $bench --mix 90/5
says 2 "add up to 100" $bench --mix a/b/c
says 2 "zipf:11" $bench --dist zipf:11
says 2 "--dist zipf:-1" $bench --dist zipf:-1
says 2 "--dist normal" $bench --dist normal
says 2 "--duration 0" bench --structure hm_list --reclaim hp --duration 0
says 2 "--duration 1fortnight" bench --structure hm_list --reclaim hp --duration 1fortnight
says 2 "--repeats 0" bench --structure hm_list --reclaim hp --repeats 0
says 2 "no placement 'nowhere'" $bench --placement nowhere
says 2 "processor 4095" $bench --placement list:4095
says 2 "no structure 'nothing'" $bench --against nothing:hp
says 2 "unrecognized option" bench --bogus
says 2 "Too many arguments" $bench extra
says 3 "/no/such/folder/x.csv" $bench --threads 1 --csv /no/such/folder/x.csv
says 2 "no list of 'nonsense'" list nonsense
says 2 "did you mean 'casfail'?" run casfial --experiments "$root/experiments"
says 2 "casfail" run nothing_like_it --experiments "$root/experiments"
says 2 "/no/such/folder" run --experiments /no/such/folder
says 2 "/no/such" run --resume=/no/such
says 2 "did you mean 'threads'?" plan --experiments "$root/experiments" --only 'thread == 1'
says 2 "threads = 0" plan --experiments "$root/experiments" --set threads=0
says 2 "/no/such" report /no/such
says 2 "/no/such" plot /no/such
says 2 "no placement 'nope'" place --policy nope --threads 2
says 2 "pu:99999999" place --threads 2 --topology pu:99999999
says 2 "write smaller numbers" place --threads 2 --topology '100 100 100'
says 2 "duration = 1e300" plan --experiments "$root/experiments" --set duration=1e300
says 2 "did you mean 'ebr'?" soak --reclaim ebrr
says 2 "one thread alone" soak --structure chained
says 2 "rcu_hash does not run under hp" soak --structure rcu_hash --reclaim hp
says 2 "--minutes 0" soak --minutes 0
says 2 "--rounds x" soak --rounds x
says 2 "--threads 65" soak --threads 65
says 2 "not a numeric address" soak --rounds 1 --listen localhost:1
says 2 "write 127.0.0.1:9464" soak --rounds 1 --listen 9464
says 2 "203.0.113.1:1: " soak --rounds 1 --listen 203.0.113.1:1
says 2 "takes default, first-touch, local" bench -s hm_list -r ebr --set memory=near
says 2 "bind:4711: there is no such NUMA node" bench -s hm_list -r ebr --set memory=bind:4711
says 2 "takes system, on or off" bench -s hm_list -r ebr --set huge_pages=maybe
says 3 "/no/such/folder/x.csv" soak --rounds 1 --csv /no/such/folder/x.csv
says 2 "pack:x" place --threads 2 --topology pack:x
printf '[figure]\ntitle = x\n[axes]\nthread = 1\n' >bad.exp
says 2 "bad.exp:4: error: no axis 'thread' (did you mean 'threads'?" run bad.exp
printf '\377\376 = \001' >binary.exp
says 2 "binary.exp:1: error:" run binary.exp
ok "wrong command lines write nothing" test ! -e results

says 2 "did you mean 'ebr'?" bench --verify --reclaim ebra
says 2 "readers walk this list" bench --verify --structure hm_list --reclaim direct
says 2 "--operations 0" bench --verify --operations 0
says 2 "--clock sundial" bench --verify --clock sundial
says 2 "--csv" bench --verify --csv x.csv
says 2 "--against" bench --verify --against lfht
says 2 "--history" bench --verify --history x.csv
says 2 "verify needs a file" verify
says 2 "/no/such" verify /no/such
says 2 "bad.exp: line 1" verify bad.exp
printf '# mop; x\nthread,invoke,answer,kind,key,input,other,ok,output,items\n' >mop.csv
says 2 "did you mean 'map'?" verify mop.csv

run
ok "no verb at all is a usage error" test $status -eq 2
for verb in "" list bench verify run plan plot report soak doctor place completions; do
    run $verb --help
    ok "$verb --help" test $status -eq 0 -a -s out
    run $verb --version
    ok "$verb --version" test $status -eq 0 -a -s out
    ok "help of '$verb' fits 80 columns" test \
        "$("$tool" $verb --help | awk 'length > 80' | wc -l)" -eq 0
done
finish
