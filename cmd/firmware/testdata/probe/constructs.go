//go:build tinygo

package main

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"stackproof/cmd/firmware/board"
)

// constructs runs what the core is written with, each on a value that the compiler cannot know, and prints a line per
// construct. That it links shows that none of them allocates.
func constructs() {
	one := int(atomic.AddUint32(&calls, 1))
	check("interface method on a global", shapes[one].area(one) == 6 && shapes[one-1].area(one) == 4)
	s, ok := shapes[one].(*rect)
	check("type assertion", ok && s == &wide)
	check("generic function and method", sum(numbers[:one+2]) == 6 && fill() == len(slots))
	check("copy of a large struct", snapshot(byte(one)))
	check("duration arithmetic", backoff(time.Duration(one)*time.Second) == 2500*time.Millisecond)
	check("switch over an enum", state(one).next() == listen && state(one).String() == "SYN-SENT")
	check("error enum", validate(one) == errShort && validate(one+8) == errNone)
	check("encoding/binary", codec(uint32(one)))
	check("large value receiver and result", (large{n: one}).plus(2).n == 3)
	check("append within capacity", appended(byte(one)))
	check("bits, sort, min", bits.Len(uint(one)) == 1 && sorted(one) && min(one, 5) == 1)
	check("64-bit division", divisions(uint64(one)))
	check("copies and fills", copies(one))
	check("division of random numbers", randomDivisions(uint64(one)))
	check("map literal", ports[one] == 80)
	check("range over a function", total(one) == 10)
	check("plain defer", deferred() && calls == 2)
	check("method through a table", steps[one](5) == 10)
	check("clock", time.Duration(board.Ticks()*100) > 0)
	println("constructs done")
}

func check(what string, ok bool) {
	if ok {
		println("ok", what)
	} else {
		println("wrong", what)
	}
}

var calls uint32

// divisions divides all kinds of numbers, long and short ones, by ours: cmd/firmware/runtime.
func divisions(one uint64) bool {
	const top = 1 << 63
	minus := -int64(one)
	return one<<40/(one+2) == 366503875925 && (one<<40+5)%(one+2) == 0 &&
		(one+99)/(one+6) == 14 && (one+99)%(one+6) == 2 &&
		(top+one<<40)/(one<<33) == top>>33+128 && (top+one<<20)%(one<<33) == 1<<20 &&
		(top+one+8)/(top+one) == 1 && (top+one+8)%(top+one) == 8 && (top-one)/(top+one) == 0 &&
		minus<<40/3 == -366503875925 && minus<<40%3 == -1 && minus<<40/(minus-2) == 366503875925 &&
		int64(one)<<40/(minus-2) == -366503875925 && int64(one)<<40%(minus-2) == 1
}

// randomDivisions divides numbers of all lengths by others, and multiplies again.
func randomDivisions(x uint64) bool {
	for range 20000 {
		x = x*6364136223846793005 + 1442695040888963407
		n := x >> (x >> 58)
		x = x*6364136223846793005 + 1442695040888963407
		d := x>>(x>>58) | 1
		if x&64 != 0 {
			d |= 0xffff0000 // whose first digit is the largest
		}
		q, r := n/d, n%d
		if r >= d || q*d+r != n || int64(n>>1)/-int64(d>>1|1) != -int64((n>>1)/(d>>1|1)) {
			return false
		}
	}
	return true
}

var memory, model [160]byte

// copies moves and clears bytes by ours (cmd/firmware/runtime): lengths up to those that are moved in words, every
// alignment of both ends, forwards and backwards, and nothing beside them.
func copies(one int) bool {
	for n := 0; n < 80; n++ {
		for from := 32; from < 36; from++ {
			for to := 24; to < 44; to++ {
				for i := range memory {
					memory[i] = byte(i * (one + 6))
					model[i] = memory[i]
				}
				for i := range n {
					model[to+i] = memory[from+i]
				}
				copy(memory[to:to+n], memory[from:from+n])
				if memory != model {
					return false
				}
				clear(memory[to : to+n])
				for i := range n {
					model[to+i] = 0
				}
				if memory != model {
					return false
				}
			}
		}
	}
	return true
}

type shape interface{ area(scale int) int }

type square struct{ side int }

type rect struct {
	w, h int
	pad  [3000]byte
}

func (s *square) area(scale int) int { return s.side * s.side * scale }
func (r *rect) area(scale int) int   { return r.w * r.h * scale }

var (
	small  = square{side: 2}
	wide   = rect{w: 2, h: 3}
	shapes = [2]shape{&small, &wide}
)

type number interface{ ~uint8 | ~uint16 | ~int }

var numbers = [...]uint16{1, 2, 3, 4}

func sum[T number](list []T) (s T) {
	for _, v := range list {
		s += v
	}
	return s
}

// ring is a queue in storage of the caller's.
type ring[T any] struct {
	slots   []T
	head, n int
}

func (r *ring[T]) push(v T) bool {
	if r.n == len(r.slots) {
		return false
	}
	r.slots[(r.head+r.n)%len(r.slots)] = v
	r.n++
	return true
}

type pair struct{ a, b uint32 }

var (
	slots [8]pair
	queue ring[pair]
)

func fill() (n int) {
	queue.slots = slots[:]
	for queue.push(pair{a: 1}) {
		n++
	}
	return n
}

// arena is state in one piece, so that an assignment is a snapshot.
type arena struct {
	conns [4]struct {
		state state
		peer  [16]byte
		timer [4]time.Duration
		rx    [2048]byte
	}
	used int
}

var live, saved arena

func snapshot(b byte) bool {
	c := &live.conns[b]
	c.peer[3], c.rx[2000], live.used = b, b, int(b)
	c.timer = [4]time.Duration{2: time.Second}
	saved = live
	clear(c.rx[:])
	c.peer = [16]byte{}
	d := &saved.conns[b]
	return d.peer != c.peer && d.rx[2000] == b && c.rx[2000] == 0 && saved.used == 1
}

func backoff(rto time.Duration) time.Duration {
	return min(max(rto*5/2, 200*time.Millisecond), time.Minute).Truncate(time.Millisecond)
}

type state uint8

const (
	closed state = iota
	synSent
	listen
)

var stateNames = [...]string{closed: "CLOSED", synSent: "SYN-SENT", listen: "LISTEN"}

func (s state) String() string { return stateNames[s] }

func (s state) next() state {
	switch s {
	case closed:
		return synSent
	case synSent:
		return listen
	}
	return closed
}

type fault uint8

const (
	errNone fault = iota
	errShort
)

func (f fault) Error() string { return "short" }

func validate(n int) fault {
	if n < 8 {
		return errShort
	}
	return errNone
}

var line [64]byte

func codec(v uint32) bool {
	binary.BigEndian.PutUint32(line[4:], v)
	out := binary.LittleEndian.AppendUint16(line[:8], 0x1234)
	return binary.BigEndian.Uint16(line[6:]) == uint16(v) && len(out) == 10 && out[9] == 0x12
}

// large is just below what TinyGo leaves on the stack.
type large struct {
	n   int
	pad [1000]byte
}

func (l large) plus(n int) large { l.n += n; return l }

func appended(b byte) bool {
	out := append(line[:0], "n="...)
	out = append(out, b, b+1)
	return len(out) == 4 && out[1] == '=' && out[3] == b+1
}

func sorted(n int) bool {
	list := [...]int{3, n, 2}
	slices.Sort(list[:])
	return list == [...]int{1, 2, 3}
}

var ports = map[int]int{1: 80, 2: 443}

func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func total(n int) (s int) {
	for i := range upTo(n + 4) {
		s += i
	}
	return s
}

func deferred() bool {
	defer count()
	return calls == 1
}

func count() { calls++ }

var steps = [...]func(int) int{half, double}

func half(n int) int   { return n / 2 }
func double(n int) int { return n * 2 }
