package netgo

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// handle is what streams and datagram sockets share: a socket of the host, and its deadlines.
type handle struct {
	host   *Host
	ids    []int // one; a listener or packet socket for both families has two
	closed atomic.Bool
	read   deadline
	write  deadline
}

// lock takes the host's lock unless the handle or the host is closed.
func (h *handle) lock() error {
	h.host.mu.Lock()
	if h.closed.Load() || h.host.closed {
		h.host.mu.Unlock()
		return net.ErrClosed
	}
	return nil
}

// wait waits as Host.wait does and notices that the handle was closed meanwhile.
func (h *handle) wait(want socket.Ready, d *deadline) error {
	err := h.host.wait(h.ids, want, d.passed())
	if h.closed.Load() {
		return net.ErrClosed
	}
	return err
}

// expired tells that d has passed: an operation then fails even if it could go on (package net).
func expired(d *deadline) bool { return isClosed(d.passed()) }

// close ends the sockets and wakes who waits for them.
func (h *handle) close() error {
	h.host.mu.Lock()
	defer h.host.mu.Unlock()
	if h.closed.Swap(true) {
		return net.ErrClosed
	}
	for _, id := range h.ids {
		h.host.rouseAll(id)
		h.host.table.Close(h.host.now(), id)
	}
	if !h.host.closed {
		h.host.touch()
	}
	return nil
}

// SetDeadline sets both deadlines.
func (h *handle) SetDeadline(t time.Time) error {
	return errors.Join(h.SetReadDeadline(t), h.SetWriteDeadline(t))
}

// SetReadDeadline sets when Read, Accept and ReadFrom give up; the zero time is never.
func (h *handle) SetReadDeadline(t time.Time) error {
	if h.closed.Load() {
		return net.ErrClosed
	}
	h.read.set(t)
	return nil
}

// SetWriteDeadline sets when Write and WriteTo give up; the zero time is never.
func (h *handle) SetWriteDeadline(t time.Time) error {
	if h.closed.Load() {
		return net.ErrClosed
	}
	h.write.set(t)
	return nil
}

// Conn is a TCP connection.
type Conn struct {
	handle
	local, remote net.Addr
	reading       chan struct{} // a token: one Read at a time, so that two do not tear one stream's order
	writing       chan struct{} // likewise for Write
}

// newConn makes a Conn of a connected socket. host.mu is held.
func newConn(h *Host, id int) *Conn {
	c := &Conn{handle: handle{host: h, ids: []int{id}}, reading: make(chan struct{}, 1), writing: make(chan struct{}, 1)}
	c.local, c.remote = tcpAddr(h.table.Local(id)), tcpAddr(h.table.Remote(id))
	return c
}

func (c *Conn) fail(op string, err error) error {
	if err == io.EOF {
		return err
	}
	return opError(op, "tcp", c.local, c.remote, err)
}

// Read reads what has come, at least one byte unless p is empty; io.EOF after the peer's FIN.
func (c *Conn) Read(p []byte) (int, error) {
	c.reading <- struct{}{}
	defer func() { <-c.reading }()
	n, err := c.doRead(p)
	return n, c.fail("read", err)
}

func (c *Conn) doRead(p []byte) (int, error) {
	if err := c.lock(); err != nil {
		return 0, err
	}
	defer c.host.mu.Unlock()
	for {
		if expired(&c.read) {
			return 0, os.ErrDeadlineExceeded
		}
		if len(p) == 0 {
			return 0, nil
		}
		r, cause := c.host.table.Receive(c.ids[0], p, false)
		if r.N > 0 {
			c.host.touch() // the window may have opened
			return r.N, nil
		}
		switch cause {
		case stack.WouldBlock:
		case stack.EOF:
			return 0, io.EOF
		default:
			return 0, causeError(cause)
		}
		if err := c.wait(socket.Readable|socket.Failed|socket.HungUp, &c.read); err != nil {
			return 0, err
		}
	}
}

// Write queues all of p for sending; it waits while the send buffer is full.
func (c *Conn) Write(p []byte) (int, error) {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	n, err := c.doWrite(p)
	return n, c.fail("write", err)
}

func (c *Conn) doWrite(p []byte) (n int, err error) {
	if err := c.lock(); err != nil {
		return 0, err
	}
	defer c.host.mu.Unlock()
	for {
		if expired(&c.write) {
			return n, os.ErrDeadlineExceeded
		}
		if n == len(p) {
			return n, nil
		}
		k, cause := c.host.table.Send(c.host.now(), c.ids[0], p[n:])
		if n += k; k > 0 {
			c.host.touch()
			continue
		}
		if cause != stack.WouldBlock {
			return n, causeError(cause)
		}
		if err := c.wait(socket.Writable|socket.Failed|socket.HungUp, &c.write); err != nil {
			return n, err
		}
	}
}

// Close ends the connection: what was written is still sent, then FIN; a reset if bytes have come that nobody read.
func (c *Conn) Close() error { return c.fail("close", c.close()) }

// CloseWrite sends FIN after what was written; reading goes on.
func (c *Conn) CloseWrite() error {
	if err := c.lock(); err != nil {
		return c.fail("close", err)
	}
	defer c.host.mu.Unlock()
	if cause := c.host.table.Shutdown(c.ids[0], false, true); cause != stack.OK {
		return c.fail("close", causeError(cause))
	}
	c.host.touch()
	return nil
}

// SetNoDelay turns Nagle's algorithm off, or on.
func (c *Conn) SetNoDelay(on bool) error {
	if err := c.lock(); err != nil {
		return c.fail("set", err)
	}
	defer c.host.mu.Unlock()
	if cause := c.host.table.SetNoDelay(c.ids[0], on); cause != stack.OK {
		return c.fail("set", causeError(cause))
	}
	return nil
}

// LocalAddr is this side's *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the peer's *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }
