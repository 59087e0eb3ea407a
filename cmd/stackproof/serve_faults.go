package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stackproof/drivers/segment"
)

// faults are what a wire does to the frames of both directions.
type faults struct {
	loss, duplicate, reorder, corrupt percent
	rate                              bitRate
	delay, jitter                     time.Duration
	seed                              uint64
}

func (f *faults) flags(fl *pflag.FlagSet) {
	fl.Var(&f.loss, "loss", "lose so many per cent of the frames, in each direction")
	fl.Var(&f.duplicate, "dup", "let so many per cent of the frames arrive twice, in each direction")
	fl.Var(&f.reorder, "reorder", "let so many per cent of the frames be overtaken by the next ones, in each direction")
	fl.Var(&f.corrupt, "corrupt", "invert one bit of so many per cent of the frames, in each direction")
	fl.Var(&f.rate, "rate", "carry so many bits per second in each direction, with K, M or G")
	fl.DurationVar(&f.delay, "delay", 0, "let frames arrive so much later")
	fl.DurationVar(&f.jitter, "jitter", 0, "and by up to this later still")
	fl.Uint64Var(&f.seed, "seed", 1, "where the choice of these frames comes from")
}

func (f *faults) any() bool { return f.path() != segment.Path{} }

// path is one direction of the wire.
func (f *faults) path() segment.Path {
	return segment.Path{
		Rate: int64(f.rate), Delay: f.delay, Jitter: f.jitter,
		Loss: f.loss.share(), Duplicate: f.duplicate.share(), Reorder: f.reorder.share(), Corrupt: f.corrupt.share(),
	}
}

// What the wires of this program hold: some hundred connections send as much at once as their windows allow.
const (
	wireBuffers   = 8192
	wirePortQueue = 2048
)

// start puts a segment with the faults before a device. The host is at port 1.
func (f *faults) start(dev segment.Device) (*segment.Live, error) {
	return segment.Start(segment.Config{
		Ports: []segment.Paths{{}, segment.Symmetric(f.path())}, Seed: f.seed, Hub: true,
		Buffers: wireBuffers, PortQueue: wirePortQueue,
	}, dev)
}

// printFaults prints what has befallen the frames of one direction.
func printFaults(w io.Writer, direction string, s segment.Stats) {
	fmt.Fprintf(w, "%s: entered=%d lost=%d duplicated=%d reordered=%d corrupted=%d queue_full=%d no_buffer=%d port_full=%d\n",
		direction, s.Entered, s.Lost, s.Duplicated, s.Reordered, s.Corrupted, s.QueueFull, s.NoBuffer, s.PortFull)
}

// bitRate is a flag's value: bits per second, with K, M or G for powers of 1000.
type bitRate int64

func (r *bitRate) String() string { return strconv.FormatInt(int64(*r), 10) }

func (r *bitRate) Type() string { return "rate" }

func (r *bitRate) Set(s string) error {
	digits := strings.TrimRight(s, "KMG")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, ok := map[string]int64{"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[s[len(digits):]]
	if err != nil || !ok || n < 1 || n > 1e12/unit {
		return fmt.Errorf("not a number of bits per second from 1 to 1000G")
	}
	*r = bitRate(n * unit)
	return nil
}

// percent is a flag's value from 0 to 100, with a percent sign or without.
type percent float64

func (p percent) share() float64 { return float64(p) / 100 }

func (p *percent) String() string { return strconv.FormatFloat(float64(*p), 'g', -1, 64) }

func (p *percent) Type() string { return "percent" }

func (p *percent) Set(s string) error {
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !(v >= 0 && v <= 100) {
		return fmt.Errorf("not a number of per cent from 0 to 100")
	}
	*p = percent(v)
	return nil
}
