// go_maps.go - maps of Go as peers of the harness: sync.Map, a map behind an RWMutex,
// and 32 of those.
//
// usage: go_maps STRUCTURE SCHEME, with requests on standard input; see README.md.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

type table interface {
	get(key uint64) bool
	insert(key, value uint64) bool // false if the key is there
	remove(key uint64) bool
	size() (n uint64)
}

type syncMap struct{ m sync.Map }

func (t *syncMap) get(key uint64) bool {
	_, found := t.m.Load(key)
	return found
}

func (t *syncMap) insert(key, value uint64) bool {
	_, found := t.m.LoadOrStore(key, value)
	return !found
}

func (t *syncMap) remove(key uint64) bool {
	_, found := t.m.LoadAndDelete(key)
	return found
}

func (t *syncMap) size() (n uint64) {
	t.m.Range(func(_, _ any) bool {
		n++
		return true
	})
	return n
}

type lockedMap struct {
	lock sync.RWMutex
	m    map[uint64]uint64
	_    [64]byte // the next one's lock has a line of its own
}

func (t *lockedMap) get(key uint64) bool {
	t.lock.RLock()
	_, found := t.m[key]
	t.lock.RUnlock()
	return found
}

func (t *lockedMap) insert(key, value uint64) bool {
	t.lock.Lock()
	_, found := t.m[key]
	if !found {
		t.m[key] = value
	}
	t.lock.Unlock()
	return !found
}

func (t *lockedMap) remove(key uint64) bool {
	t.lock.Lock()
	_, found := t.m[key]
	delete(t.m, key)
	t.lock.Unlock()
	return found
}

func (t *lockedMap) size() uint64 {
	return uint64(len(t.m))
}

const shards = 32

type shardedMap struct{ shards [shards]lockedMap }

// FNV-1a of the key's bytes chooses.
func (t *shardedMap) shard(key uint64) *lockedMap {
	hash := uint32(2166136261)
	for i := 0; i < 8; i++ {
		hash = (hash ^ uint32(key>>(8*i)&0xff)) * 16777619
	}
	return &t.shards[hash%shards]
}

func (t *shardedMap) get(key uint64) bool           { return t.shard(key).get(key) }
func (t *shardedMap) insert(key, value uint64) bool { return t.shard(key).insert(key, value) }
func (t *shardedMap) remove(key uint64) bool        { return t.shard(key).remove(key) }

func (t *shardedMap) size() (n uint64) {
	for i := range t.shards {
		n += t.shards[i].size()
	}
	return n
}

func create(structure string, capacity uint64) table {
	switch structure {
	case "go_sync_map":
		return &syncMap{}
	case "go_rwmutex_map":
		return &lockedMap{m: make(map[uint64]uint64, capacity)}
	case "go_sharded_map":
		t := &shardedMap{}
		for i := range t.shards {
			t.shards[i].m = make(map[uint64]uint64, capacity/shards)
		}
		return t
	}
	return nil
}

// CPU time of the calling thread, in nanoseconds.
func threadCPU() int64 {
	const threadCPUTime = 3
	var t syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

// Binds the calling thread to a processor.
func bind(cpu int) error {
	var mask [16]uint64
	if cpu >= 64*len(mask) {
		return fmt.Errorf("processor %d is beyond what is known here", cpu)
	}
	mask[cpu/64] = 1 << (cpu % 64)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0,
		unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		return fmt.Errorf("processor %d: %w", cpu, errno)
	}
	return nil
}

const (
	warmingUp = iota
	measuring
	stopped
)

// What a thread did, by its own account, and when.
type mark struct {
	gets, inserts, removes, hits, inserted, removed uint64
	wall                                            time.Time
	cpu                                             int64
}

func (m *mark) operations() uint64 { return m.gets + m.inserts + m.removes }

type worker struct {
	now, begin, end mark
	filled          uint64
	err             error
	_               [64]byte
}

type run struct {
	work           *work
	table          table
	workers        []worker
	cpus           []int // empty: threads are not bound
	phase          atomic.Uint32
	filled, done   sync.WaitGroup
	open           chan struct{}
	begun, ended   time.Time
	warmUp, length time.Duration
}

func (w *worker) work(r *run, s *stream, phase uint32) {
	for r.phase.Load() == phase {
		operation := s.operation()
		key := s.key()
		switch operation {
		case get:
			w.now.gets++
			if r.table.get(key) {
				w.now.hits++
			}
		case insert:
			w.now.inserts++
			if r.table.insert(key, valueOf(key)) {
				w.now.inserted++
			}
		case remove:
			w.now.removes++
			if r.table.remove(key) {
				w.now.removed++
			}
		}
	}
}

func (w *worker) fill(r *run, index int) {
	for i := uint64(index); i < r.work.prefill; i += uint64(len(r.workers)) {
		key := r.work.prefillKey(i)
		if r.table.insert(key, valueOf(key)) {
			w.filled++
		}
	}
}

// The thread is never given back, bound as it is: it ends with the goroutine.
func (w *worker) main(r *run, index int) {
	runtime.LockOSThread()
	defer r.done.Done()
	if len(r.cpus) > 0 {
		w.err = bind(r.cpus[index%len(r.cpus)])
	}
	s := r.work.newStream(index)
	w.fill(r, index)
	r.filled.Done()
	<-r.open
	w.work(r, s, warmingUp)
	w.begin = w.now
	w.begin.cpu, w.begin.wall = threadCPU(), time.Now()
	w.work(r, s, measuring)
	wall, cpu := time.Now(), threadCPU()
	w.end = w.now
	w.end.cpu, w.end.wall = cpu, wall
}

func (r *run) do() error {
	r.filled.Add(len(r.workers))
	r.done.Add(len(r.workers))
	for i := range r.workers {
		go r.workers[i].main(r, i)
	}
	r.filled.Wait()
	runtime.GC() // what filling left behind is not of the measurement
	close(r.open)
	time.Sleep(r.warmUp)
	r.begun = time.Now()
	r.phase.Store(measuring)
	time.Sleep(r.length)
	r.phase.Store(stopped)
	r.ended = time.Now()
	r.done.Wait()
	for i := range r.workers {
		if r.workers[i].err != nil {
			return r.workers[i].err
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// As in harness/worker.h: a thread's own clock, but no later than who told it.
func (r *run) seconds(w *worker) float64 {
	return earlier(w.end.wall, r.ended).Sub(earlier(w.begin.wall, r.begun)).Seconds()
}

func (r *run) answer() string {
	var sum mark
	var added uint64
	var cpu int64
	var seconds, mops float64

	for i := range r.workers {
		w := &r.workers[i]
		b, e := &w.begin, &w.end
		sum.gets += e.gets - b.gets
		sum.inserts += e.inserts - b.inserts
		sum.removes += e.removes - b.removes
		sum.hits += e.hits - b.hits
		sum.inserted += e.inserted - b.inserted
		sum.removed += e.removed - b.removed
		added += w.filled + e.inserted - e.removed
		cpu += e.cpu - b.cpu
		took := r.seconds(w)
		seconds += took / float64(len(r.workers))
		if took > 0 {
			mops += float64(e.operations()-b.operations()) / took / 1e6
		}
	}
	return fmt.Sprintf("done seconds=%.9g gets=%d inserts=%d deletes=%d hits=%d inserted=%d"+
		" deleted=%d mops=%.9g cpu_ns=%d added=%d left=%d work=%d",
		seconds, sum.gets, sum.inserts, sum.removes, sum.hits, sum.inserted, sum.removed,
		mops, cpu, added, r.table.size(), r.work.fingerprint(len(r.workers)))
}

func cpusOf(r request) (cpus []int, err error) {
	if r["placement"] == "none" {
		return nil, nil
	}
	for _, text := range strings.Split(r["cpus"], ",") {
		cpu, err := strconv.Atoi(text)
		if err != nil || cpu < 0 {
			return nil, fmt.Errorf("the request's cpus are no list: %q", r["cpus"])
		}
		cpus = append(cpus, cpu)
	}
	return cpus, nil
}

func newRun(structure string, q request) (*run, error) {
	w, err := newWork(q)
	threads, err1 := q.count("threads")
	capacity, err2 := q.count("capacity")
	warmUp, err3 := q.seconds("warmup")
	length, err4 := q.seconds("duration")
	cpus, err5 := cpusOf(q)
	for _, e := range []error{err, err1, err2, err3, err4, err5} {
		if e != nil {
			return nil, e
		}
	}
	if threads == 0 || w.keys == 0 {
		return nil, errors.New("no threads or no keys")
	}
	second := float64(time.Second)
	return &run{work: w, table: create(structure, capacity), workers: make([]worker, threads),
		cpus: cpus, open: make(chan struct{}), warmUp: time.Duration(warmUp * second),
		length: time.Duration(length * second)}, nil
}

func answer(structure, line string) string {
	r, err := newRun(structure, readRequest(line))
	if err == nil {
		err = r.do()
	}
	if err != nil {
		return "failed " + err.Error()
	}
	return r.answer()
}

func main() {
	if len(os.Args) < 2 || create(os.Args[1], 0) == nil {
		fmt.Fprintln(os.Stderr, "go_maps: usage: go_maps go_sync_map|go_rwmutex_map|go_sharded_map gc")
		os.Exit(2)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(answer(os.Args[1], lines.Text()))
		runtime.GC() // the map that has been measured goes before the next one comes
	}
}
