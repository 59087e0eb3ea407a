//go:build linux

package record

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"golang.org/x/sys/unix"
	"time"

	"stackproof/drivers/segment"
)

// lan is a short wire's delay each way.
var lan = segment.Path{Delay: time.Millisecond}

// bulk is how many bytes a transfer has that needs more than a window of ten segments.
const bulk = 20 << 10

// talk is a scenario with one connection, which the two ends use as say has it and which then ends in good order.
func talk(pl plan, client, server []option, say func(p *pair, c *peers) error) func(*lab, family) error {
	return func(l *lab, ip family) error {
		pl := pl
		pl.ip = ip
		p, err := l.connect(pl)
		if err != nil {
			return err
		}
		c, err := p.establish(client, server)
		if err != nil {
			return err
		}
		if err := say(p, c); err != nil {
			return err
		}
		return l.settle()
	}
}

func upload(n int) func(*pair, *peers) error {
	return func(_ *pair, c *peers) error {
		if err := transfer(c.client, c.server, n); err != nil {
			return err
		}
		return c.finish()
	}
}

func download(n int) func(*pair, *peers) error {
	return func(_ *pair, c *peers) error {
		if err := transfer(c.server, c.client, n); err != nil {
			return err
		}
		return c.finish()
	}
}

func tcpScenarios() []*Scenario {
	quiet := plan{way: lan, back: lan}
	plain := plan{way: lan, back: lan, clientSet: []string{
		"ipv4/tcp_timestamps=0", "ipv4/tcp_sack=0", "ipv4/tcp_window_scaling=0",
	}}
	ecn := plan{way: lan, back: lan, clientSet: []string{"ipv4/tcp_ecn=1"}, serverSet: []string{"ipv4/tcp_ecn=1"}}
	mss := []option{{unix.IPPROTO_TCP, unix.TCP_MAXSEG, 536}}
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("tcp-bulk-up", "the client sends 20 KiB and closes", "fin", nil, talk(quiet, nil, nil, upload(bulk))),
		both("tcp-bulk-down", "the server sends 20 KiB, the client closes", "fin", nil, talk(quiet, nil, nil, download(bulk))),
		both("tcp-both-ways", "12 KiB in each direction at the same time", "fin", nil, talk(quiet, nil, nil, duplex)),
		both("tcp-requests", "50 small requests, each with its answer", "push", nil, talk(quiet, nil, nil, requests)),
		both("tcp-half-close", "the client closes its half first and is still sent 8 KiB", "fin", nil, talk(quiet, nil, nil, halfClose)),
		both("tcp-simultaneous-close", "both ends close at the same moment", "fin", nil,
			talk(plan{way: segment.Path{Delay: 20 * time.Millisecond}, back: segment.Path{Delay: 20 * time.Millisecond}}, nil, nil, closeTogether)),
		both("tcp-reset", "the server gives the connection up with unread data", "rst", nil, talk(quiet, nil, nil, reset)),
		both("tcp-ecn", "16 KiB with explicit congestion notification", "ece ect", nil, talk(ecn, nil, nil, upload(16<<10))),
		both("tcp-plain", "16 KiB without time stamps, window scale and SACK", "fin", nil, talk(plain, nil, nil, upload(16<<10))),
		both("tcp-small-mss", "8 KiB in segments of at most 536 bytes", "fin", nil, talk(quiet, mss, nil, download(8<<10))),
		both("tcp-urgent", "urgent data between ordinary data", "urgent", nil, talk(quiet, nil, nil, urgent)),
		both("tcp-refused", "a closed port answers with a reset", "rst", nil, refused),
		both("tcp-parallel", "eight connections at the same time", "fin", nil, parallel),
	} {
		all = append(all, s...)
	}
	return all
}

func duplex(_ *pair, c *peers) error {
	there, back := make(chan error, 1), make(chan error, 1)
	go func() { there <- transfer(c.client, c.server, 12<<10) }()
	go func() { back <- transfer(c.server, c.client, 12<<10) }()
	if err := errors.Join(<-there, <-back); err != nil {
		return err
	}
	return c.finish()
}

func requests(_ *pair, c *peers) error {
	for i := range 50 {
		if err := transfer(c.client, c.server, 1+i*3%60); err != nil {
			return err
		}
		if err := transfer(c.server, c.client, 1+i*17%200); err != nil {
			return err
		}
	}
	return c.finish()
}

func halfClose(p *pair, c *peers) error {
	if err := transfer(c.client, c.server, 1000); err != nil {
		return err
	}
	if err := c.client.CloseWrite(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c.server); err != nil {
		return err
	}
	if err := p.wait(200 * time.Millisecond); err != nil {
		return err
	}
	if err := transfer(c.server, c.client, 8<<10); err != nil {
		return err
	}
	return errors.Join(c.server.Close(), c.client.Close())
}

func closeTogether(_ *pair, c *peers) error {
	if err := transfer(c.client, c.server, 2000); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for _, end := range []*net.TCPConn{c.client, c.server} {
		wg.Go(func() { _ = end.CloseWrite() })
	}
	wg.Wait()
	_, err := io.Copy(io.Discard, c.client)
	_, err2 := io.Copy(io.Discard, c.server)
	return errors.Join(err, err2, c.server.Close(), c.client.Close())
}

// reset lets the server close with data unread: the kernel then resets (RFC 2525 2.17).
func reset(p *pair, c *peers) error {
	if err := transfer(c.server, c.client, 4000); err != nil {
		return err
	}
	if _, err := c.client.Write(pattern(3000)); err != nil {
		return err
	}
	if err := p.wait(100 * time.Millisecond); err != nil {
		return err
	}
	if err := c.server.Close(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c.client); !errors.Is(err, unix.ECONNRESET) {
		return fmt.Errorf("the client is not told of the reset: %v", err)
	}
	return c.client.Close()
}

func urgent(p *pair, c *peers) error {
	if err := transfer(c.client, c.server, 100); err != nil {
		return err
	}
	raw, err := c.client.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.Sendto(int(fd), []byte("!"), unix.MSG_OOB, nil) }); err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	if err := p.wait(50 * time.Millisecond); err != nil {
		return err
	}
	if err := transfer(c.client, c.server, 100); err != nil {
		return err
	}
	return c.finish()
}

func refused(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	return errors.Join(p.client.refused(p.address()), l.settle())
}

// refused connects to a port that nobody has.
func (h *host) refused(address string) error {
	if _, err := h.dial(address); !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("the connection is not refused: %v", err)
	}
	return nil
}

func parallel(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	ln, err := p.server.listen(p.address())
	if err != nil {
		return err
	}
	var open []*peers
	for range 8 {
		c, err := p.client.dial(p.address())
		if err != nil {
			return err
		}
		s, err := ln.AcceptTCP()
		if err != nil {
			return err
		}
		l.closing(s)
		open = append(open, &peers{c, s})
	}
	done := make(chan error, len(open))
	for _, c := range open {
		go func() {
			done <- errors.Join(transfer(c.client, c.server, 1000), transfer(c.server, c.client, 1000), c.finish())
		}()
	}
	for range open {
		err = errors.Join(err, <-done)
	}
	if err != nil {
		return err
	}
	return l.settle()
}
