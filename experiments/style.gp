# style.gp - how every figure looks; `quiesce plot` copies it into each script it writes.
#
# A scheme keeps its colour and its marker in all figures, a structure its dashes, so
# that a reader learns them once.  Colours: Okabe and Ito 2008, without yellow, which is
# lost on white.  A marker has a number for its filled form; the hollow one, for more
# threads than processors, is the number below.

# Schemes: in words where they are compared alone, short where names are long
name_leak     = "never freed";      short_leak     = "leak";      color_leak     = "#000000"; mark_leak     = 5
name_direct   = "freed at once";    short_direct   = "direct";    color_direct   = "#CC79A7"; mark_direct   = 5
name_hp       = "hazard pointers";  short_hp       = "HP";        color_hp       = "#D55E00"; mark_hp       = 9
name_hp_asym  = "hazard pointers, membarrier"; short_hp_asym = "HP asym"; color_hp_asym = "#8C3B00"; mark_hp_asym = 9
name_he       = "hazard eras";      short_he       = "HE";        color_he       = "#B2182B"; mark_he       = 11
name_ibr      = "interval-based";   short_ibr      = "IBR";       color_ibr      = "#F4A582"; mark_ibr      = 13
name_ebr      = "epochs";           short_ebr      = "EBR";       color_ebr      = "#E69F00"; mark_ebr      = 7
name_ebr_clock = "epochs by a clock"; short_ebr_clock = "EBR clock"; color_ebr_clock = "#C8A951"; mark_ebr_clock = 7
name_ebr_asym = "epochs, membarrier"; short_ebr_asym = "EBR asym"; color_ebr_asym = "#8C6D00"; mark_ebr_asym = 7
name_qsbr     = "quiescent states"; short_qsbr     = "QSBR";      color_qsbr     = "#009E73"; mark_qsbr     = 11
name_debra    = "DEBRA epochs"; short_debra = "DEBRA"; color_debra = "#A65E00"; mark_debra = 13
name_hyaline  = "Hyaline-1";        short_hyaline  = "Hyaline";   color_hyaline  = "#882255"; mark_hyaline  = 9
name_nbr      = "neutralisation";   short_nbr      = "NBR";       color_nbr      = "#117733"; mark_nbr      = 11
name_pop      = "hazard pointers on ping"; short_pop = "POP";     color_pop      = "#CC6677"; mark_pop      = 9
name_hyaline_s = "Hyaline-1S";      short_hyaline_s = "Hyaline-S"; color_hyaline_s = "#AA4499"; mark_hyaline_s = 13
name_lfrc     = "reference counts"; short_lfrc     = "LFRC";      color_lfrc     = "#777777"; mark_lfrc     = 11
name_rcu_memb = "liburcu memb";     short_rcu_memb = "RCU memb";  color_rcu_memb = "#0072B2"; mark_rcu_memb = 13
name_rcu_qsbr = "liburcu qsbr";     short_rcu_qsbr = "RCU qsbr";  color_rcu_qsbr = "#56B4E9"; mark_rcu_qsbr = 15
name_rcu_mb   = "liburcu mb";       short_rcu_mb   = "RCU mb";    color_rcu_mb   = "#332288"; mark_rcu_mb   = 13
name_rcu_bp   = "liburcu bp";       short_rcu_bp   = "RCU bp";    color_rcu_bp   = "#88CCEE"; mark_rcu_bp   = 15
name_ck_epoch = "CK epochs";        short_ck_epoch = "CK epoch";  color_ck_epoch = "#AA7733"; mark_ck_epoch = 7
name_ck_hp    = "CK hazard pointers"; short_ck_hp  = "CK HP";     color_ck_hp    = "#882255"; mark_ck_hp    = 9

# Structures; their colours serve where structures are compared under one scheme
name_hm_list = "Harris-Michael list"; short_hm_list = "list"
color_hm_list = "#009E73"; mark_hm_list = 11; dash_hm_list = 4
name_michael_hash = "Michael's hash map"; short_michael_hash = "Michael hash"
color_michael_hash = "#E69F00"; mark_michael_hash = 7; dash_michael_hash = 2
name_split_ordered = "split-ordered map"; short_split_ordered = "split-ordered"
color_split_ordered = "#0072B2"; mark_split_ordered = 9; dash_split_ordered = 1
name_split_ordered_uncounted = "split-ordered, uncounted"; short_split_ordered_uncounted = "uncounted"
color_split_ordered_uncounted = "#56B4E9"; mark_split_ordered_uncounted = 5; dash_split_ordered_uncounted = 3
name_split_ordered_text = "split-ordered, text keys"; short_split_ordered_text = "split-ordered, text"
color_split_ordered_text = "#0072B2"; mark_split_ordered_text = 8; dash_split_ordered_text = 3
name_flat_hash_text = "flat hash map, text keys"; short_flat_hash_text = "flat, text"
color_flat_hash_text = "#D55E00"; mark_flat_hash_text = 4; dash_flat_hash_text = 3
name_cow_hash_text = "copy-on-write, text keys"; short_cow_hash_text = "cow, text"
color_cow_hash_text = "#117733"; mark_cow_hash_text = 12; dash_cow_hash_text = 3
name_locked_map_text = "map under a rwlock, text keys"; short_locked_map_text = "rwlock, text"
color_locked_map_text = "#777777"; mark_locked_map_text = 4; dash_locked_map_text = 3
name_skip_list_text = "skip list, text keys"; short_skip_list_text = "skip list, text"
color_skip_list_text = "#CC79A7"; mark_skip_list_text = 12; dash_skip_list_text = 3
name_leaf_list_text = "leaf list, text keys"; short_leaf_list_text = "leaf list, text"
color_leaf_list_text = "#009E73"; mark_leaf_list_text = 10; dash_leaf_list_text = 3
name_bst_text = "NM tree, text keys"; short_bst_text = "NM tree, text"
color_bst_text = "#882255"; mark_bst_text = 4; dash_bst_text = 3
name_locked_tree_text = "tree under a rwlock, text keys"; short_locked_tree_text = "rwlock tree, text"
color_locked_tree_text = "#999933"; mark_locked_tree_text = 12; dash_locked_tree_text = 3
name_flat_hash = "flat hash map"; short_flat_hash = "flat"
color_flat_hash = "#D55E00"; mark_flat_hash = 5; dash_flat_hash = 1
name_flat_hash_boxed = "flat hash map, boxed"; short_flat_hash_boxed = "flat boxed"
color_flat_hash_boxed = "#E69F00"; mark_flat_hash_boxed = 13; dash_flat_hash_boxed = 3
name_skip_list = "skip list"; short_skip_list = "skip list"
color_skip_list = "#D55E00"; mark_skip_list = 13; dash_skip_list = 1
name_lazy_skip_list = "lazy skip list, spin locks"; short_lazy_skip_list = "lazy skip list"
color_lazy_skip_list = "#000000"; mark_lazy_skip_list = 12; dash_lazy_skip_list = 2
name_leaf_list = "leaf list"; short_leaf_list = "leaf list"
color_leaf_list = "#009E73"; mark_leaf_list = 11; dash_leaf_list = 1
name_leaf_list_boxed = "leaf list, boxed"; short_leaf_list_boxed = "leaf boxed"
color_leaf_list_boxed = "#117733"; mark_leaf_list_boxed = 10; dash_leaf_list_boxed = 3
name_bst = "Natarajan-Mittal tree"; short_bst = "NM tree"
color_bst = "#882255"; mark_bst = 4; dash_bst = 4
name_rcu_hash = "RCU hash map"; short_rcu_hash = "RCU hash"
color_rcu_hash = "#CC79A7"; mark_rcu_hash = 5; dash_rcu_hash = 5
name_rcu_objects_map = "RCU hash map, intrusive"; short_rcu_objects_map = "RCU intrusive"
color_rcu_objects_map = "#332288"; mark_rcu_objects_map = 6; dash_rcu_objects_map = 3
name_ddds_hash = "DDDS hash map"; short_ddds_hash = "DDDS hash"
color_ddds_hash = "#56B4E9"; mark_ddds_hash = 12; dash_ddds_hash = 2
name_cow_hash = "copy-on-write hash map"; short_cow_hash = "cow"
color_cow_hash = "#117733"; mark_cow_hash = 13; dash_cow_hash = 1
name_sync_map = "Go's sync.Map, in C"; short_sync_map = "sync.Map"
color_sync_map = "#56B4E9"; mark_sync_map = 7; dash_sync_map = 1
name_trie_map = "hash trie"; short_trie_map = "trie"
color_trie_map = "#E69F00"; mark_trie_map = 13; dash_trie_map = 2
name_cow_map = "one page, copied"; short_cow_map = "one page"
color_cow_map = "#882255"; mark_cow_map = 9; dash_cow_map = 4
name_locked_map = "map under a rwlock"; short_locked_map = "rwlock"
color_locked_map = "#777777"; mark_locked_map = 15; dash_locked_map = 3
name_locked_skip_list = "skip list under a rwlock"; short_locked_skip_list = "rwlock skip list"
color_locked_skip_list = "#777777"; mark_locked_skip_list = 13; dash_locked_skip_list = 3
name_locked_tree = "tree under a rwlock"; short_locked_tree = "rwlock tree"
color_locked_tree = "#999933"; mark_locked_tree = 15; dash_locked_tree = 3
name_replicated_skip_list = "skip list per node, 2 nodes"; short_replicated_skip_list = "2 replicas"
color_replicated_skip_list = "#117733"; mark_replicated_skip_list = 13; dash_replicated_skip_list = 2
name_replicated_skip_list_4 = "skip list per node, 4 nodes"; short_replicated_skip_list_4 = "4 replicas"
color_replicated_skip_list_4 = "#332288"; mark_replicated_skip_list_4 = 13; dash_replicated_skip_list_4 = 4
name_combined_skip_list = "skip list under a flat combiner"; short_combined_skip_list = "combiner"
color_combined_skip_list = "#CC6677"; mark_combined_skip_list = 13; dash_combined_skip_list = 3
name_seq_skip_list = "skip list, one thread alone"; short_seq_skip_list = "skip list alone"
color_seq_skip_list = "#AA7733"; mark_seq_skip_list = 12; dash_seq_skip_list = 3
name_seq_tree = "balanced tree, one thread alone"; short_seq_tree = "tree alone"
color_seq_tree = "#E69F00"; mark_seq_tree = 7; dash_seq_tree = 3
name_lfht = "liburcu lfht"; short_lfht = "lfht"
color_lfht = "#000000"; mark_lfht = 9; dash_lfht = 4
name_striped_hash = "striped locks"; short_striped_hash = "striped"
color_striped_hash = "#999933"; mark_striped_hash = 15; dash_striped_hash = 3
name_striped_spin_hash = "striped locks, spinning"; short_striped_spin_hash = "striped, spin"
color_striped_spin_hash = "#CC6677"; mark_striped_spin_hash = 15; dash_striped_spin_hash = 4
name_sharded_map = "32 shards under rwlocks"; short_sharded_map = "32 shards"
color_sharded_map = "#AA4499"; mark_sharded_map = 15; dash_sharded_map = 2
name_sharded_map_8 = "8 shards under rwlocks"; short_sharded_map_8 = "8 shards"
color_sharded_map_8 = "#CC6677"; mark_sharded_map_8 = 15; dash_sharded_map_8 = 3
name_sharded_map_128 = "128 shards under rwlocks"; short_sharded_map_128 = "128 shards"
color_sharded_map_128 = "#332288"; mark_sharded_map_128 = 15; dash_sharded_map_128 = 4
name_mutex_map = "map under a mutex"; short_mutex_map = "mutex"
color_mutex_map = "#000000"; mark_mutex_map = 15; dash_mutex_map = 2
name_checked_map = "map that checks for one thread"; short_checked_map = "checked"
color_checked_map = "#AA7733"; mark_checked_map = 9; dash_checked_map = 3
name_nested_lock = "nested maps under one rwlock"; short_nested_lock = "rwlock"
color_nested_lock = "#777777"; mark_nested_lock = 15; dash_nested_lock = 3
name_nested_sync = "sync.Map in sync.Map"; short_nested_sync = "sync in sync"
color_nested_sync = "#56B4E9"; mark_nested_sync = 7; dash_nested_sync = 1
name_nested_cow = "copied page in copied page"; short_nested_cow = "page in page"
color_nested_cow = "#882255"; mark_nested_cow = 9; dash_nested_cow = 4
name_nested_hybrid = "copied page in sync.Map"; short_nested_hybrid = "page in sync"
color_nested_hybrid = "#009E73"; mark_nested_hybrid = 11; dash_nested_hybrid = 2
name_ck_hs = "CK hash set"; short_ck_hs = "ck_hs"
color_ck_hs = "#8C6D00"; mark_ck_hs = 5; dash_ck_hs = 4
name_ck_ht = "CK hash table"; short_ck_ht = "ck_ht"
color_ck_ht = "#A65E00"; mark_ck_ht = 7; dash_ck_ht = 4
name_linear_probing = "linear probing, one thread alone"; short_linear_probing = "linear probing"
color_linear_probing = "#AA4499"; mark_linear_probing = 5; dash_linear_probing = 3
name_chained = "chains, one thread alone"; short_chained = "chains"
color_chained = "#AA7733"; mark_chained = 7; dash_chained = 3
name_seq_split_order = "split order, one thread alone"; short_seq_split_order = "split order"
color_seq_split_order = "#332288"; mark_seq_split_order = 9; dash_seq_split_order = 3

# Probes that are compared as structures are
name_probe_cas = "CAS, again at once"; short_probe_cas = "CAS"
color_probe_cas = "#D55E00"; mark_probe_cas = 9; dash_probe_cas = 1
name_probe_cas_pause = "CAS, after a pause"; short_probe_cas_pause = "CAS, pause"
color_probe_cas_pause = "#E69F00"; mark_probe_cas_pause = 7; dash_probe_cas_pause = 2
name_probe_cas_backoff = "CAS, longer pauses"; short_probe_cas_backoff = "CAS, back-off"
color_probe_cas_backoff = "#0072B2"; mark_probe_cas_backoff = 13; dash_probe_cas_backoff = 1
name_probe_cas_slices = "CAS, in turns"; short_probe_cas_slices = "CAS, turns"
color_probe_cas_slices = "#56B4E9"; mark_probe_cas_slices = 15; dash_probe_cas_slices = 2
name_probe_add = "fetch-and-add"; short_probe_add = "fetch-and-add"
color_probe_add = "#009E73"; mark_probe_add = 11; dash_probe_add = 1
name_probe_striped_counter = "counter in cells"; short_probe_striped_counter = "cells"
color_probe_striped_counter = "#882255"; mark_probe_striped_counter = 15; dash_probe_striped_counter = 3
name_probe_mpsc_queue = "lock-free queue"; short_probe_mpsc_queue = "lock-free"
color_probe_mpsc_queue = "#D55E00"; mark_probe_mpsc_queue = 9; dash_probe_mpsc_queue = 1
name_probe_locked_queue = "queue under a mutex"; short_probe_locked_queue = "mutex"
color_probe_locked_queue = "#777777"; mark_probe_locked_queue = 15; dash_probe_locked_queue = 3

# Other series, such as numbers of threads, in their order
color_1 = "#0072B2"; mark_1 = 7;  dash_1 = 1
color_2 = "#D55E00"; mark_2 = 9;  dash_2 = 1
color_3 = "#009E73"; mark_3 = 11; dash_3 = 1
color_4 = "#E69F00"; mark_4 = 13; dash_4 = 1
color_5 = "#CC79A7"; mark_5 = 5;  dash_5 = 1
color_6 = "#56B4E9"; mark_6 = 15; dash_6 = 1
color_7 = "#000000"; mark_7 = 7;  dash_7 = 2
color_8 = "#777777"; mark_8 = 9;  dash_8 = 2

# The page
set encoding utf8
set border 3 lw 1 lc rgb "#444444"
set tics nomirror out scale 0.6 textcolor rgb "#222222"
set grid ytics lt 1 lw 1 lc rgb "#e4e4e4"
set grid noxtics
set key outside top center horizontal Left reverse samplen 2 spacing 1.05 width -3 maxcols 4 nobox font ",11.5"
set title font ",13" offset 0,-0.3
set xlabel offset 0,0.6
set ylabel offset 0.8,0
set datafile missing "NaN"
set style fill transparent solid 0.16 noborder
set pointsize 0.75
