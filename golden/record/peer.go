//go:build linux

package record

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// port is where the kernel's peers listen.
const port = "7000"

// option is an integer option of a socket.
type option struct{ level, name, value int }

func control(options []option) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) {
			for _, o := range options {
				if e := unix.SetsockoptInt(int(fd), o.level, o.name, o.value); e != nil && failed == nil {
					failed = fmt.Errorf("option %d of level %d: %w", o.name, o.level, e)
				}
			}
		})
		if err == nil {
			err = failed
		}
		return err
	}
}

// dial connects from a host.
func (h *host) dial(address string, options ...option) (c *net.TCPConn, err error) {
	d := net.Dialer{Control: control(options), KeepAlive: -1}
	err = h.Inside(func() error {
		conn, err := d.DialContext(h.lab.ctx, "tcp", net.JoinHostPort(address, port))
		if err == nil {
			c = conn.(*net.TCPConn)
			h.lab.closing(c)
		}
		return err
	})
	return c, err
}

// listen takes connections at a host.
func (h *host) listen(address string, options ...option) (ln *net.TCPListener, err error) {
	config := net.ListenConfig{Control: control(options), KeepAlive: -1}
	config.SetMultipathTCP(false)
	err = h.Inside(func() error {
		l, err := config.Listen(h.lab.ctx, "tcp", net.JoinHostPort(address, port))
		if err == nil {
			ln = l.(*net.TCPListener)
			h.lab.closing(ln)
		}
		return err
	})
	return ln, err
}

// udp opens a datagram socket at a host.
func (h *host) udp(address string, options ...option) (c *net.UDPConn, err error) {
	config := net.ListenConfig{Control: control(options)}
	err = h.Inside(func() error {
		p, err := config.ListenPacket(h.lab.ctx, "udp", address)
		if err == nil {
			c = p.(*net.UDPConn)
			h.lab.closing(c)
		}
		return err
	})
	return c, err
}

// peers is a TCP connection between the client and the server, both ends in our hands.
type peers struct{ client, server *net.TCPConn }

// establish connects the two; the options are for the client's and the server's socket.
func (p *pair) establish(clientOptions, serverOptions []option) (*peers, error) {
	ln, err := p.server.listen(p.address(), serverOptions...)
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	c, err := p.client.dial(p.address(), clientOptions...)
	if err != nil {
		return nil, err
	}
	s, err := ln.AcceptTCP()
	if err != nil {
		return nil, err
	}
	p.closing(s)
	return &peers{c, s}, nil
}

// transfer moves n bytes that can be told apart from one to the other, which must get them as they are.
func transfer(from, to *net.TCPConn, n int) error {
	data := pattern(n)
	sent := make(chan error, 1)
	go func() {
		_, err := from.Write(data)
		sent <- err
	}()
	got := make([]byte, n)
	if _, err := io.ReadFull(to, got); err != nil {
		return err
	}
	if !bytes.Equal(got, data) {
		return fmt.Errorf("what arrived is not what was sent")
	}
	return <-sent
}

// pattern is n bytes in which no place looks like another one near it.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8*7)
	}
	return b
}

// finish closes the connection in good order, the client first.
func (c *peers) finish() error {
	if err := c.client.CloseWrite(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c.server); err != nil {
		return err
	}
	if err := c.server.Close(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c.client); err != nil {
		return err
	}
	return c.client.Close()
}

// echo answers datagrams until the lab closes.
func echo(c *net.UDPConn) {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		_, _ = c.WriteToUDPAddrPort(buf[:n], from)
	}
}

// within is a deadline for what a peer waits for.
func within(d time.Duration) time.Time { return time.Now().Add(d) }
