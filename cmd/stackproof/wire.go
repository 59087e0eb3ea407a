package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance/report"
	"stackproof/drivers/segment"
	"stackproof/drivers/tap"
)

func newWire() *cobra.Command {
	var f faults
	var pcap string
	cmd := &cobra.Command{
		Use:   "wire TAP TAP...",
		Short: "join Linux TAP devices by a wire with faults, for kernels or virtual machines",
		Long: `wire joins TAP devices, which it makes where there are none (that needs root), by an Ethernet switch in
real time. What a device sends has the rate, the delay and the faults that the flags say, each
direction by itself; all chance comes from one seed. At the end it prints what befell the frames.

The other end of each TAP is an ordinary interface, of a virtual machine or of this kernel; an
interface may be moved to a network namespace while wire runs.`,
		Example: `  stackproof wire tap0 tap1 --delay 20ms --rate 10M
  stackproof wire tap0 tap1 --loss 1 --dup 1 --reorder 1 --corrupt 0.1 --pcap all.pcapng`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return fmt.Errorf("%s: %d TAP devices: a wire has at least 2 ends: see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return joinTAPs(cmd.Context(), &f, args, pcap, cmd.OutOrStdout())
		},
	}
	f.flags(cmd.Flags())
	cmd.Flags().StringVar(&pcap, "pcap", "", "write every frame to this file (pcapng), with what befell it as a comment")
	return cmd
}

// joinTAPs runs until ctx ends.
func joinTAPs(ctx context.Context, f *faults, names []string, pcap string, out io.Writer) (err error) {
	cfg := segment.Config{Seed: f.seed, Buffers: wireBuffers, PortQueue: wirePortQueue}
	var devices []segment.Device
	for _, name := range names {
		dev, err := tap.Open(name)
		if err != nil {
			return err
		}
		defer dev.Close()
		devices = append(devices, dev)
		cfg.Ports = append(cfg.Ports, segment.Paths{Tx: f.path()})
	}
	if pcap != "" {
		c, e := newWireCapture(pcap, len(names))
		if e != nil {
			return e
		}
		defer func() { err = errors.Join(err, c.close()) }()
		cfg.Tap = c
	}
	live, err := segment.Start(cfg, devices...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "wire: joins %s, Ctrl-C ends it\n", strings.Join(names, " "))
	<-ctx.Done()
	err = live.Close() // before the capture ends
	for i, name := range names {
		sent, _ := live.Stats(i)
		printFaults(out, "wire: from "+name, sent)
	}
	return err
}

// wireCapture writes what passes a wire to a file, at the time of day.
type wireCapture struct {
	*report.Capture
	file   *os.File
	buffer *bufio.Writer
	start  time.Duration
}

func newWireCapture(path string, ports int) (*wireCapture, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("wire: cannot write the capture: %w", err)
	}
	b := bufio.NewWriter(f)
	return &wireCapture{report.NewCapture(b, "stackproof wire", segment.TapNames(ports)...), f, b, time.Duration(time.Now().UnixNano())}, nil
}

// Frame implements segment.Tap.
func (c *wireCapture) Frame(iface int, at time.Duration, frame []byte, comment string) {
	c.Capture.Frame(iface, c.start+at, frame, comment)
}

func (c *wireCapture) close() error {
	if err := errors.Join(c.Err(), c.buffer.Flush(), c.file.Close()); err != nil {
		return fmt.Errorf("wire: the capture is not whole: %w", err)
	}
	return nil
}
