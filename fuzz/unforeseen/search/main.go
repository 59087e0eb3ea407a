// Command search looks for what is wrong with the stack that it is built with, by what fuzz targets and simulations make of
// numbers: single frames, sequences of frames, whole networks, always the same. It says how it has found something, and exits
// with 1; with 0, if there is nothing to be found.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"stackproof/fuzz/edits"
	"stackproof/fuzz/hostile"
	"stackproof/fuzz/simulate"
	"stackproof/golden/verify"
)

// How much is tried in a round. Without a fault it takes ten seconds.
const (
	frames    = 60_000
	sequences = 15_000
	networks  = 30
)

// How long one input may take: a hundred times what it does.
const (
	mostFrames   = 10 * time.Second
	mostSimulate = 30 * time.Second
	mostEdits    = 100 * time.Second
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("search: search FROM TO: the first round, and the one behind the last")
	}
	from, err := strconv.Atoi(os.Args[1])
	to, err2 := strconv.Atoi(os.Args[2])
	if err := errors.Join(err, err2); err != nil || from < 0 {
		log.Fatalf("search: search %s %s: these are no rounds: %v", os.Args[1], os.Args[2], err)
	}
	for round := from; round < to; round++ {
		search(round)
	}
}

// search does a round. It ends the program with the first thing that it finds.
func search(round int) {
	d := &draws{r: rand.New(rand.NewPCG(8, uint64(round)))}
	samples := verify.Samples()
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		d.samples = append(d.samples, samples[name])
	}
	for _, j := range []struct {
		name string
		n    int
		most time.Duration
		try  func(i int) error
	}{
		{"fuzzing, frame", frames, mostFrames, func(i int) error { hostile.Frame(d.frame(i)); return nil }},
		{"fuzzing, sequence", sequences, mostFrames, func(int) error { hostile.Sequence(d.sequence()); return nil }},
		{"simulation, seed", networks, mostSimulate, func(i int) error { return simulate.Seed(uint64(i)) }},
		{"edits, seed", 1, mostEdits, func(i int) error { return edit(uint64(i)) }},
	} {
		for k := range j.n {
			i := round*j.n + k
			if why := judge(j.name, i, j.most, j.try); why != "" {
				say(j.name, i, why)
			}
		}
	}
}

// thin is of how many frames with edits one is thrown in the first round; later it is others.
const thin = 10

// edit sets fields to the edges of their ranges, and says which first did harm.
func edit(seed uint64) error {
	s := (&edits.Run{Depth: edits.MostEdits, Seed: seed, Thin: thin + int(seed), First: true}).Do(context.Background())
	if len(s.Failures) > 0 {
		return fmt.Errorf("%s: %w", s.Failures[0].Name, s.Failures[0].Err)
	}
	return s.Err()
}

// say tells what was found and ends.
func say(name string, i int, why string) {
	why, _, _ = strings.Cut(why, "\n")
	fmt.Printf("%s %d: %s\n", name, i, why)
	os.Exit(1)
}

// judge tries one input; what it says is why it fails.
func judge(name string, i int, most time.Duration, try func(i int) error) (why string) {
	var over atomic.Bool
	watch := time.AfterFunc(most, func() {
		if !over.Load() {
			say(name, i, "it does not end")
		}
	})
	defer watch.Stop()
	defer over.Store(true)
	defer func() {
		if e := recover(); e != nil {
			why = fmt.Sprint(e)
		}
	}()
	if err := try(i); err != nil {
		why = err.Error()
	}
	return why
}

// draws makes inputs.
type draws struct {
	r       *rand.Rand
	samples [][]byte
}

// The states of the siege are fewer than states; an input's number is taken modulo how many there are.
const states = 14

// frame is input i for hostile.Frame: first every sample in every state, then some that are changed.
func (d *draws) frame(i int) []byte {
	if n := len(d.samples); i < n*states {
		state := i / n
		order := []byte{0, 4, 8 | 4, 16 | 4}[(i+state)%4]
		return append([]byte{byte(state), order}, d.samples[i%n]...)
	}
	return append([]byte{byte(d.r.Uint32())}, d.changed()...)
}

// changed is an order, its edits and a frame.
func (d *draws) changed() []byte {
	order := byte(d.r.Uint32() & 31)
	b := []byte{order}
	for range order & 3 {
		b = append(b, byte(d.r.Uint32()), byte(d.r.Uint32()), byte(d.r.Uint32()))
	}
	return append(b, d.samples[d.r.IntN(len(d.samples))]...)
}

// sequence is an input for hostile.Sequence: up to 12 frames, of which many come again.
func (d *draws) sequence() []byte {
	b := []byte{byte(d.r.Uint32())}
	last := d.changed()
	for range 1 + d.r.IntN(12) {
		if d.r.IntN(3) > 0 {
			last = d.changed()
		}
		b = append(b, last[0], byte(d.r.Uint32()))
		b = binary.BigEndian.AppendUint16(b, uint16(len(last)-1))
		b = append(b, last[1:]...)
	}
	return b
}
