//go:build linux

package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"time"

	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/remote"
	"stackproof/drivers/segment"
)

// lwipScenarios let lwIP and the kernel speak to each other. lwIP is the peer of stackproof/conformance/peers/lwip, a stack
// in virtual time, which a bridge moves in real time on a TAP device.
func lwipScenarios() []*Scenario {
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("lwip-client", "lwIP connects to the kernel, sends 6 KiB, gets them back, and closes", "fin", nil, lwipClient),
		both("lwip-server", "the kernel connects to lwIP, sends 6 KiB, gets them back, and closes", "fin", nil, lwipServer),
		both("lwip-refused", "the kernel connects to a port of lwIP that is closed", "rst", nil, lwipRefused),
		both("lwip-ping", "the kernel pings lwIP", "echo", []tool{toolPing}, lwipPing),
	} {
		for _, one := range s {
			one.guest = "lwIP " + lwip.Version
			one.prepare = func(ctx context.Context) error { _, err := lwipProgram(ctx); return err }
		}
		all = append(all, s...)
	}
	return all
}

// lwipMTU is what the stack under test takes for its interface.
const lwipMTU = 1500

// lwipPair is the kernel at the place of the server, and lwIP at that of the client.
type lwipPair struct {
	*pair
	lwip *bridge
}

// lwipProgram builds the peer, if that has not been done.
func lwipProgram(ctx context.Context) (string, error) {
	repo, err := lwip.Repo(".")
	if err != nil {
		return "", fmt.Errorf("lwIP is built in the repository: %w", err)
	}
	return lwip.Build(ctx, repo, os.Stderr)
}

// withLWIP joins a kernel and lwIP by a wire: lwIP has the TAP of one end for itself.
func (l *lab) withLWIP(ip family) (*lwipPair, error) {
	program, err := lwipProgram(l.ctx)
	if err != nil {
		return nil, err
	}
	var settings []string
	if ip == ipv4 {
		settings = append(settings, "ipv6/conf/default/disable_ipv6=1")
	}
	p := &pair{lab: l, plan: plan{ip: ip}}
	if p.server, err = l.newHost("server", settings...); err != nil {
		return nil, err
	}
	kernel := end{host: p.server, device: device, addresses: p.with(server4+"/24", server6+"/64")}
	near, err := l.plug(kernel, 2)
	if err != nil {
		return nil, err
	}
	// The other device of the segment is a port in this process: lwIP's frames go there without a kernel between.
	live, err := segment.Start(segment.Config{Ports: []segment.Paths{{Tx: lan}, {Tx: lan}}, Tap: l.tape}, nil, near)
	if err != nil {
		return nil, err
	}
	l.atEnd(live.Close)
	if err := p.server.ip("link set " + device + " up"); err != nil {
		return nil, err
	}
	if err := p.server.await(device); err != nil {
		return nil, err
	}
	stack := remote.New(&remote.Command{Argv: []string{program}}, remote.DefaultLimit)
	stack.EndWith(l.ctx)
	l.atEnd(func() error { _ = stack.Close(); return nil })
	l.tape.roll()
	cfg := &sut.Config{Seed: uint64(time.Now().UnixNano()), MAC: [6]byte{2, 0, 0, 0, 1, 1}, MTU: lwipMTU}
	if ip == ipv4 {
		cfg.Addr4, cfg.Prefix4 = netip.MustParseAddr(client4).As4(), 24
	} else {
		cfg.Addr6, cfg.Prefix6 = netip.MustParseAddr(client6).As16(), 64
	}
	b, err := newBridge(l.ctx, stack, live.Port(0), cfg)
	if err != nil {
		return nil, err
	}
	return &lwipPair{p, b}, nil
}

// at is an address of lwIP's sockets; of no host where host is "".
func (p *lwipPair) at(host string, port uint16) sut.Addr {
	a := sut.Addr{Family: uint8(p.ip), Port: port}
	if host == "" {
		return a
	}
	ip := netip.MustParseAddr(host)
	copy(a.IP[:], ip.AsSlice())
	return a
}

const (
	lwipFirst  sut.FD = 3 // the tester's names for lwIP's sockets
	lwipSecond sut.FD = 4
)

// calls makes socket calls in turn.
func (p *lwipPair) calls(calls ...sut.Call) error {
	for _, c := range calls {
		if _, err := p.lwip.call(c); err != nil {
			return err
		}
	}
	return nil
}

// read takes n bytes from lwIP's socket.
func (p *lwipPair) read(fd sut.FD, n int) ([]byte, error) {
	var all []byte
	for len(all) < n {
		r, err := p.lwip.call(sut.Call{Op: sut.OpRead, FD: fd, Value: int32(n - len(all))})
		if err != nil {
			return nil, err
		}
		if r.Ret == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		all = append(all, r.Data...)
	}
	return all, nil
}

// lwipBytes is what is sent there and back, in pieces of lwipPiece.
const lwipBytes, lwipPiece = 6 << 10, 1 << 10

func lwipClient(l *lab, ip family) error {
	p, err := l.withLWIP(ip)
	if err != nil {
		return err
	}
	ln, err := p.server.listen(p.address())
	if err != nil {
		return err
	}
	echoed := make(chan error, 1)
	go func() {
		c, err := ln.AcceptTCP()
		if err == nil {
			l.closing(c)
			_, err = io.Copy(c, c)
			err = errors.Join(err, c.Close())
		}
		echoed <- err
	}()
	err = p.calls(
		sut.Call{Op: sut.OpSocket, NewFD: lwipFirst, Domain: uint8(ip), Type: sut.TypeStream},
		sut.Call{Op: sut.OpConnect, FD: lwipFirst, Addr: p.at(p.address(), 7000)},
	)
	if err != nil {
		return err
	}
	data := pattern(lwipBytes)
	for piece := range slices.Chunk(data, lwipPiece) {
		if err := p.calls(sut.Call{Op: sut.OpWrite, FD: lwipFirst, Data: piece}); err != nil {
			return err
		}
		got, err := p.read(lwipFirst, len(piece))
		if err != nil || !bytes.Equal(got, piece) {
			return fmt.Errorf("lwIP does not read what it has sent: %w", err)
		}
	}
	if err := p.calls(sut.Call{Op: sut.OpClose, FD: lwipFirst}); err != nil {
		return err
	}
	if err := <-echoed; err != nil {
		return err
	}
	return l.settle()
}

func lwipServer(l *lab, ip family) error {
	p, err := l.withLWIP(ip)
	if err != nil {
		return err
	}
	err = p.calls(
		sut.Call{Op: sut.OpSocket, NewFD: lwipFirst, Domain: uint8(ip), Type: sut.TypeStream},
		sut.Call{Op: sut.OpBind, FD: lwipFirst, Addr: p.at("", 7000)},
		sut.Call{Op: sut.OpListen, FD: lwipFirst, Value: 1},
	)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- p.serve() }()
	c, err := p.server.dial(p.own())
	if err != nil {
		return err
	}
	data := pattern(lwipBytes)
	sent := make(chan error, 1)
	go func() { _, err := c.Write(data); sent <- err }()
	got := make([]byte, len(data))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if !bytes.Equal(got, data) {
		return fmt.Errorf("lwIP does not send back what it has got")
	}
	if err := errors.Join(<-sent, c.CloseWrite(), <-served); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		return err
	}
	return l.settle()
}

// serve takes a connection and sends back what comes, to the end.
func (p *lwipPair) serve() error {
	if err := p.calls(sut.Call{Op: sut.OpAccept, FD: lwipFirst, NewFD: lwipSecond}); err != nil {
		return err
	}
	for {
		r, err := p.lwip.call(sut.Call{Op: sut.OpRead, FD: lwipSecond, Value: lwipPiece})
		if err != nil {
			return err
		}
		if r.Ret == 0 {
			return p.calls(sut.Call{Op: sut.OpClose, FD: lwipSecond})
		}
		if err := p.calls(sut.Call{Op: sut.OpWrite, FD: lwipSecond, Data: r.Data}); err != nil {
			return err
		}
	}
}

func lwipRefused(l *lab, ip family) error {
	p, err := l.withLWIP(ip)
	if err != nil {
		return err
	}
	return errors.Join(p.server.refused(p.own()), l.settle())
}

func lwipPing(l *lab, ip family) error {
	p, err := l.withLWIP(ip)
	if err != nil {
		return err
	}
	if err := p.server.runs("ping -n -c 3 -i 0.1 -s 200 " + p.own()); err != nil {
		return err
	}
	return l.settle()
}
