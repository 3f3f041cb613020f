// go_work.go - which operations on which keys: harness/workload.h once more, so that a
// map of Go meets the same keys in the same order as all others.
package main

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

const (
	get = iota
	insert
	remove
)

const (
	golden    = 0x9e3779b97f4a7c15
	mixFirst  = 0xbf58476d1ce4e5b9
	mixSecond = 0x94d049bb133111eb

	ofPrefill = 0xf111
	ofThreads = 0x7ead

	lookedAt = 1000
)

// The fields of a line of the harness, `name=value` between blanks.
type request map[string]string

func readRequest(line string) request {
	r := request{}
	for _, word := range strings.Fields(line) {
		if name, value, ok := strings.Cut(word, "="); ok {
			r[name] = value
		}
	}
	return r
}

func (r request) count(name string) (uint64, error) {
	n, err := strconv.ParseUint(r[name], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the request's %s is no number: %q", name, r[name])
	}
	return n, nil
}

func (r request) seconds(name string) (float64, error) {
	s, err := strconv.ParseFloat(r[name], 64)
	if err != nil {
		return 0, fmt.Errorf("the request's %s is no time: %q", name, r[name])
	}
	return s, nil
}

type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += golden
	x := uint64(*s)
	x = (x ^ x>>30) * mixFirst
	x = (x ^ x>>27) * mixSecond
	return x ^ x>>31
}

func mixSeeds(a, b uint64) uint64 {
	first := splitmix(a)
	second := splitmix(first.next() ^ b)
	return second.next()
}

func valueOf(key uint64) uint64 {
	return ^key * golden
}

type work struct {
	keys, prefill   uint64
	insert, updates uint64 // of a draw from [0, 1000)
	streams         uint64
	rounds          [4]uint64 // of the bijection that orders keys
	half            uint
}

func newWork(r request) (*work, error) {
	var numbers [5]uint64
	for i, name := range []string{"keys", "prefill", "insert", "delete", "seed"} {
		n, err := r.count(name)
		if err != nil {
			return nil, err
		}
		numbers[i] = n
	}
	w := &work{keys: numbers[0], prefill: numbers[1], insert: numbers[2],
		updates: numbers[2] + numbers[3], streams: mixSeeds(numbers[4], ofThreads), half: 1}
	words := splitmix(mixSeeds(numbers[4], ofPrefill))
	for i := range w.rounds {
		w.rounds[i] = words.next()
	}
	for w.half < 32 && (w.keys-1)>>(2*w.half) != 0 {
		w.half++
	}
	return w, nil
}

// A thread's random words: xoshiro256**.
type stream struct {
	of *work
	s  [4]uint64
}

func (w *work) newStream(thread int) *stream {
	words := splitmix(mixSeeds(w.streams, uint64(thread)))
	return &stream{w, [4]uint64{words.next(), words.next(), words.next(), words.next()}}
}

func (t *stream) next() uint64 {
	s := &t.s
	word, shifted := bits.RotateLeft64(s[1]*5, 7)*9, s[1]<<17
	s[2] ^= s[0]
	s[3] ^= s[1]
	s[1] ^= s[2]
	s[0] ^= s[3]
	s[2] ^= shifted
	s[3] = bits.RotateLeft64(s[3], 45)
	return word
}

func (t *stream) operation() int {
	draw, _ := bits.Mul64(t.next(), 1000)
	switch {
	case draw >= t.of.updates:
		return get
	case draw < t.of.insert:
		return insert
	}
	return remove
}

func (t *stream) key() uint64 {
	keys := t.of.keys
	high, low := bits.Mul64(t.next(), keys)
	if low < keys {
		for least := -keys % keys; low < least; {
			high, low = bits.Mul64(t.next(), keys)
		}
	}
	return high
}

func (w *work) scatterOnce(x uint64) uint64 {
	mask := uint64(1)<<w.half - 1
	left, right := x>>w.half, x&mask
	for _, round := range w.rounds {
		mixed := (right ^ round) * golden
		left, right = right, left^((mixed^mixed>>29)*mixFirst>>32&mask)
	}
	return left<<w.half | right
}

// The i-th key of the prefill.
func (w *work) prefillKey(i uint64) uint64 {
	for i = w.scatterOnce(i); i >= w.keys; {
		i = w.scatterOnce(i)
	}
	return i
}

// What the harness compares: see qs_peer_work().
func (w *work) fingerprint(threads int) (sum uint64) {
	for i := uint64(0); i < w.prefill && i < lookedAt; i++ {
		sum = sum*31 + w.prefillKey(i)
	}
	for t := 0; t < threads; t++ {
		s := w.newStream(t)
		for i := 0; i < lookedAt; i++ {
			operation := uint64(s.operation())
			sum = sum*31 + s.key()*4 + operation
		}
	}
	return sum
}
