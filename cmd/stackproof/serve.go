package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"stackproof/drivers/tap"
	"stackproof/stack"
	"stackproof/stack/netgo"
	"stackproof/stack/wire"
)

// serveFlags are the arguments of `stackproof serve`.
type serveFlags struct {
	tap, addr, addr6, gateway, gateway6, pcap string
	httpPort, echoPort                        uint16
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve --tap NAME --addr ADDRESS/BITS",
		Short: "put the stack on a Linux TAP device, with an echo and an HTTP server",
		Long: `serve runs the stack in real time on a TAP device. It answers ping, echoes what comes to TCP and
UDP port 7, and serves HTTP (net/http over the stack): /data/SIZE gives SIZE bytes that are
always the same, /counters what the stack counted.

The kernel's side of the wire is an ordinary interface and wants an address of its own:
  ip addr add 10.9.0.1/24 dev tp0; ip link set tp0 up`,
		Example: `  stackproof serve --tap tp0 --addr 10.9.0.2/24
  stackproof serve --tap tp0 --addr 10.9.0.2/24 --addr6 fd00:9::2/64 --pcap all.pcapng
  curl http://10.9.0.2/data/10M | sha256sum`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), &f, cmd.OutOrStdout())
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
func serve(ctx context.Context, f *serveFlags, out io.Writer) (err error) {
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
	if f.pcap != "" {
		c, err := newTee(dev, f.pcap)
		if err != nil {
			return err
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
	fmt.Fprintf(out, "serve: http on port %d, echo on port %d, Ctrl-C ends it\n", f.httpPort, f.echoPort)
	<-ctx.Done()
	st := dev.Stats()
	fmt.Fprintf(out, "serve: received=%d sent=%d receive_dropped=%d send_failed=%d\n", st.Received, st.Sent, st.ReceiveDropped, st.SendFailed)
	return nil
}

// services are the programs that run on the stack.
type services struct {
	host    *netgo.Host
	web     http.Server
	closers []io.Closer
	wg      sync.WaitGroup
}

func (s *services) start(f *serveFlags) error {
	echo, err := s.host.Listen("tcp", ":"+strconv.Itoa(int(f.echoPort)))
	if err != nil {
		return fmt.Errorf("serve: cannot start the echo server: %w", err)
	}
	datagrams, err := s.host.ListenPacket("udp", ":"+strconv.Itoa(int(f.echoPort)))
	if err != nil {
		return fmt.Errorf("serve: cannot start the echo server: %w", err)
	}
	web, err := s.host.Listen("tcp", ":"+strconv.Itoa(int(f.httpPort)))
	if err != nil {
		return fmt.Errorf("serve: cannot start the HTTP server: %w", err)
	}
	s.closers = []io.Closer{echo, datagrams, web}
	s.web = http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = s.web.Serve(web) })
	s.wg.Go(func() { s.echoStreams(echo) })
	s.wg.Go(func() { echoDatagrams(datagrams) })
	return nil
}

func (s *services) stop() {
	_ = s.web.Close()
	for _, c := range s.closers {
		_ = c.Close()
	}
	_ = s.host.Close() // ends what still waits
	s.wg.Wait()
}

func (s *services) echoStreams(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.wg.Go(func() {
			defer c.Close()
			_, _ = io.Copy(c, c)
		})
	}
}

func echoDatagrams(c net.PacketConn) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := c.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			_, _ = c.WriteTo(buf[:n], from)
		}
	}
}

// handler serves HTTP.
func (s *services) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "stackproof: /data/SIZE (such as /data/10M), /counters")
	})
	mux.HandleFunc("GET /data/{size}", func(w http.ResponseWriter, r *http.Request) {
		n, err := parseSize(r.PathValue("size"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		_, _ = io.CopyN(w, &testData{}, n)
	})
	mux.HandleFunc("GET /counters", func(w http.ResponseWriter, _ *http.Request) {
		var counts [stack.NumCounters]uint64
		s.host.Do(func(s *stack.Stack) {
			for c := range stack.NumCounters {
				counts[c] = s.Counter(c)
			}
		})
		for c, n := range counts {
			if n != 0 {
				fmt.Fprintf(w, "%-28s %d\n", stack.Counter(c), n)
			}
		}
	})
	return mux
}

// maxSize bounds what one request can ask for.
const maxSize = 1 << 40

// parseSize reads a number of bytes with an optional K, M or G (powers of 1024).
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "KMG")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift, ok := map[string]int{"": 0, "K": 10, "M": 20, "G": 30}[s[len(digits):]]
	if err != nil || !ok || n < 0 || n > maxSize>>shift {
		return 0, fmt.Errorf("bad size %q: a number of bytes up to %d, with K, M or G", s, int64(maxSize))
	}
	return n << shift, nil
}

// testData is an endless stream of bytes that is always the same and in which no part repeats soon (splitmix64).
type testData struct {
	state uint64
	rest  uint64
	have  int
}

func (d *testData) Read(p []byte) (int, error) {
	for i := range p {
		if d.have == 0 {
			d.state += 0x9E3779B97F4A7C15
			z := d.state
			z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
			z = (z ^ z>>27) * 0x94D049BB133111EB
			d.rest, d.have = z^z>>31, 8
		}
		p[i] = byte(d.rest)
		d.rest >>= 8
		d.have--
	}
	return len(p), nil
}
