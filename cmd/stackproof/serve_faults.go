package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"stackproof/drivers/segment"
)

// faults are what `serve` does to the frames of both directions.
type faults struct {
	loss, duplicate, reorder percent
	seed                     uint64
}

func (f *faults) flags(fl *pflag.FlagSet) {
	fl.Var(&f.loss, "loss", "lose so many per cent of the frames, in each direction")
	fl.Var(&f.duplicate, "dup", "let so many per cent of the frames arrive twice, in each direction")
	fl.Var(&f.reorder, "reorder", "let so many per cent of the frames be overtaken by the next ones, in each direction")
	fl.Uint64Var(&f.seed, "seed", 1, "where the choice of these frames comes from")
}

func (f *faults) any() bool { return f.loss > 0 || f.duplicate > 0 || f.reorder > 0 }

// start puts a segment with the faults before a device. The host is at port 1.
func (f *faults) start(dev segment.Device) (*segment.Live, error) {
	p := segment.Path{Loss: f.loss.share(), Duplicate: f.duplicate.share(), Reorder: f.reorder.share()}
	return segment.Start(segment.Config{
		Ports: []segment.Paths{{}, segment.Symmetric(p)}, Seed: f.seed, Hub: true, Buffers: 8192, PortQueue: 2048,
	}, dev)
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
