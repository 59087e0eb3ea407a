package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"stackproof/drivers/segment"
	"stackproof/drivers/tap"
	"stackproof/stack"
	"stackproof/stack/netgo"
	"stackproof/stack/wire"
)

// serveFlags are the arguments of `stackproof serve`.
type serveFlags struct {
	tap, addr, addr6, gateway, gateway6, pcap string
	httpPort, echoPort                        uint16
	faults                                    faults
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve --tap NAME --addr ADDRESS/BITS",
		Short: "put the stack on a Linux TAP device, with an echo, a discard, a chargen and an HTTP server",
		Long: `serve runs the stack in real time on a TAP device. It answers ping, echoes what comes to TCP and
UDP port 7, discards what comes to port 9, and sends characters without end to who connects to
TCP port 19. It serves HTTP (net/http over the stack): /data/SIZE gives SIZE bytes that are
always the same, PUT or POST to /upload is answered with the SHA-256 of what came, /counters
gives what the stack counted.

--loss, --dup, --reorder and --corrupt do that to so many per cent of the frames, in each
direction; --rate, --delay and --jitter slow the wire. A key press, or SIGUSR1, prints statistics.

The kernel's side of the wire is an ordinary interface and wants an address of its own:
  ip addr add 10.9.0.1/24 dev tp0; ip link set tp0 up`,
		Example: `  stackproof serve --tap tp0 --addr 10.9.0.2/24
  stackproof serve --tap tp0 --addr 10.9.0.2/24 --addr6 fd00:9::2/64 --pcap all.pcapng
  stackproof serve --tap tp0 --addr 10.9.0.2/24 --loss 1 --dup 1 --reorder 1
  curl http://10.9.0.2/data/10M | sha256sum
  curl -T FILE http://10.9.0.2/upload`,
		Args: atMost(0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), &f, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.tap, "tap", "", "name of the TAP device; made if there is none (needs root)")
	fl.StringVar(&f.addr, "addr", "", "the stack's IPv4 address with its prefix length")
	fl.StringVar(&f.addr6, "addr6", "", "the stack's IPv6 address with its prefix length")
	fl.StringVar(&f.gateway, "gateway", "", "IPv4 router")
	fl.StringVar(&f.gateway6, "gateway6", "", "IPv6 router")
	fl.StringVar(&f.pcap, "pcap", "", "write every frame to this file (pcapng)")
	fl.Uint16Var(&f.httpPort, "http-port", 80, "TCP port of the HTTP server")
	fl.Uint16Var(&f.echoPort, "echo-port", 7, "TCP and UDP port of the echo server")
	f.faults.flags(fl)
	return cmd
}

// config checks the flags and makes the stack's configuration of them.
func (f *serveFlags) config() (c stack.Config, err error) {
	c.MTU = 1500
	if f.tap == "" {
		return c, errors.New("serve: --tap is missing: the name of a TAP device")
	}
	if f.addr == "" && f.addr6 == "" {
		return c, errors.New("serve: --addr or --addr6 is missing: the stack's own address")
	}
	if c.IPv4, err = parsePrefix("--addr", f.addr, netip.Addr.Is4); err != nil {
		return c, err
	}
	if c.IPv6, err = parsePrefix("--addr6", f.addr6, netip.Addr.Is6); err != nil {
		return c, err
	}
	if c.Gateway4, err = parseGateway("--gateway", f.gateway, netip.Addr.Is4); err != nil {
		return c, err
	}
	if c.Gateway6, err = parseGateway("--gateway6", f.gateway6, netip.Addr.Is6); err != nil {
		return c, err
	}
	if _, err := rand.Read(c.Entropy[:]); err != nil {
		return c, err
	}
	// Locally administered, and the same at each start with the same address, so that the neighbours' caches stay true.
	own := c.IPv4.Addr
	if !own.IsValid() {
		own = c.IPv6.Addr
	}
	b := own.As16()
	c.MAC = wire.MAC{0x02, 0x53, 0x50, b[13], b[14], b[15]}
	return c, nil
}

func parsePrefix(flag, value string, family func(netip.Addr) bool) (wire.Prefix, error) {
	if value == "" {
		return wire.Prefix{}, nil
	}
	p, err := netip.ParsePrefix(value)
	if err != nil || !family(p.Addr()) {
		return wire.Prefix{}, fmt.Errorf("serve: %s %s: not an address with its prefix length, such as 10.9.0.2/24 or fd00:9::2/64", flag, value)
	}
	return wire.Prefix{Addr: netgo.FromNetip(p.Addr()), Bits: uint8(p.Bits())}, nil
}

func parseGateway(flag, value string, family func(netip.Addr) bool) (wire.Addr, error) {
	if value == "" {
		return wire.Addr{}, nil
	}
	a, err := netip.ParseAddr(value)
	if err != nil || !family(a) {
		return wire.Addr{}, fmt.Errorf("serve: %s %s: not an address of its family", flag, value)
	}
	return netgo.FromNetip(a), nil
}

// serve runs until ctx ends.
func serve(ctx context.Context, f *serveFlags, in io.Reader, out io.Writer) (err error) {
	cfg, err := f.config()
	if err != nil {
		return err
	}
	dev, err := tap.Open(f.tap)
	if err != nil {
		return err
	}
	defer dev.Close()
	var link netgo.Device = dev
	var wire *segment.Live
	if f.faults.any() {
		if wire, err = f.faults.start(dev); err != nil {
			return err
		}
		defer wire.Close()
		link = wire.Port(1)
	}
	if f.pcap != "" {
		c, e := newTee(link, f.pcap)
		if e != nil {
			return e
		}
		defer func() { err = errors.Join(err, c.close()) }()
		link = c
	}
	host, err := netgo.New(netgo.Config{Stack: cfg}, link)
	if err != nil {
		return err
	}
	defer host.Close()
	s := services{host: host}
	if err := s.start(f); err != nil {
		return err
	}
	defer s.stop()
	fmt.Fprintf(out, "serve: on %s: %s\n", f.tap, strings.TrimSpace(f.addr+" "+f.addr6))
	fmt.Fprintf(out, "serve: http on port %d, echo on port %d, discard on port %d, chargen on port %d, Ctrl-C ends it\n",
		f.httpPort, f.echoPort, discardPort, chargenPort)
	ask, restore := requests(in)
	defer restore()
	st := statistics{host, dev, wire}
	for {
		select {
		case <-ask:
			st.print(out)
		case <-ctx.Done():
			st.printDevice(out)
			return nil
		}
	}
}
