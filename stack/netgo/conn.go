package netgo

import (
	"io"
	"math"
	"net"
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// handle is what streams, listeners and datagram sockets share: sockets of the host, and their deadlines.
type handle struct {
	host   *Host
	ids    []int // one; a listener or packet socket for both families has two
	closed bool  // host.mu guards it
	read   direction
	write  direction
}

func (h *handle) init(host *Host, ids []int) {
	h.host, h.ids = host, ids
	h.read.waiter, h.write.waiter = newWaiter(ids), newWaiter(ids)
}

// lock takes the host's lock for an operation in one direction, or says why there is none.
func (h *handle) lock(d *direction) error {
	h.host.mu.Lock()
	if err := h.err(d); err != nil {
		h.host.mu.Unlock()
		return err
	}
	return nil
}

// wait waits until the sockets may be able to do what is wanted, or says why there is no point in it.
func (h *handle) wait(d *direction, want socket.Ready) error {
	h.host.wait(&d.waiter, want)
	return h.err(d)
}

func (h *handle) err(d *direction) error {
	if h.closed || h.host.closed {
		return net.ErrClosed
	}
	return d.err()
}

// close ends the sockets and wakes who waits for them.
func (h *handle) close() error {
	h.host.mu.Lock()
	defer h.host.mu.Unlock()
	if h.closed {
		return net.ErrClosed
	}
	h.closed = true
	for _, d := range []*direction{&h.read, &h.write} {
		h.host.setDeadline(d, time.Time{})
		h.host.rouse(&d.waiter)
	}
	h.host.discard(h.ids)
	return nil
}

// SetDeadline sets both deadlines.
func (h *handle) SetDeadline(t time.Time) error { return h.setDeadlines(t, &h.read, &h.write) }

// SetReadDeadline sets when Read, Accept and ReadFrom give up; the zero time is never.
func (h *handle) SetReadDeadline(t time.Time) error { return h.setDeadlines(t, &h.read) }

// SetWriteDeadline sets when Write and WriteTo give up; the zero time is never.
func (h *handle) SetWriteDeadline(t time.Time) error { return h.setDeadlines(t, &h.write) }

func (h *handle) setDeadlines(t time.Time, directions ...*direction) error {
	h.host.mu.Lock()
	defer h.host.mu.Unlock()
	if h.closed || h.host.closed {
		return opError("set", "", nil, nil, net.ErrClosed)
	}
	for _, d := range directions {
		h.host.setDeadline(d, t)
	}
	return nil
}

// Conn is a TCP connection.
type Conn struct {
	handle
	local, remote net.Addr
}

// newConn makes a Conn of a connected socket. host.mu is held.
func newConn(h *Host, id int) *Conn {
	c := &Conn{local: tcpAddr(h.table.Local(id)), remote: tcpAddr(h.table.Remote(id))}
	c.init(h, []int{id})
	return c
}

func (c *Conn) fail(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return opError(op, "tcp", c.local, c.remote, err)
}

// Read reads what has come, at least one byte unless p is empty; io.EOF after the peer's FIN.
func (c *Conn) Read(p []byte) (int, error) {
	c.read.turn.Lock()
	n, err := c.receive(p)
	c.read.turn.Unlock()
	return n, c.fail("read", err)
}

func (c *Conn) receive(p []byte) (int, error) {
	if err := c.lock(&c.read); err != nil {
		return 0, err
	}
	defer c.host.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	for {
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
		if err := c.wait(&c.read, socket.Readable|socket.Failed|socket.HungUp); err != nil {
			return 0, err
		}
	}
}

// Write queues all of p for sending; it waits while the send buffer is full.
func (c *Conn) Write(p []byte) (int, error) {
	c.write.turn.Lock()
	n, err := c.send(p)
	c.write.turn.Unlock()
	return n, c.fail("write", err)
}

func (c *Conn) send(p []byte) (n int, err error) {
	if err := c.lock(&c.write); err != nil {
		return 0, err
	}
	defer c.host.mu.Unlock()
	for {
		k, cause := c.host.table.Send(c.host.now(), c.ids[0], p[n:])
		if k > 0 {
			c.host.touch()
		}
		n += k
		switch {
		case cause != stack.OK && cause != stack.WouldBlock:
			return n, causeError(cause)
		case n == len(p):
			return n, nil
		}
		if err := c.wait(&c.write, socket.Writable|socket.Failed|socket.HungUp); err != nil {
			return n, err
		}
	}
}

// Close ends the connection and returns at once. What was written is still sent, in the background, and then FIN; but if
// bytes have come that nobody has read, the peer gets a reset.
func (c *Conn) Close() error { return c.fail("close", c.close()) }

// CloseWrite sends FIN after what was written; reading goes on.
func (c *Conn) CloseWrite() error {
	return c.do("close", func(t *socket.Table, id int) stack.Cause { return t.Shutdown(id, false, true) })
}

// SetNoDelay turns Nagle's algorithm off, or on.
func (c *Conn) SetNoDelay(on bool) error {
	return c.set(func(v *tcp.Settings) { v.NoDelay = on })
}

// SetReadBuffer sets how many bytes wait to be read at most: one at least, Config.Buffer at most. The window that the
// peer sees follows.
func (c *Conn) SetReadBuffer(bytes int) error {
	return c.set(func(v *tcp.Settings) { v.RcvBuf = bufferLen(bytes) })
}

// SetWriteBuffer sets how many bytes that were written wait to be acknowledged at most: one at least, Config.Buffer at most.
func (c *Conn) SetWriteBuffer(bytes int) error {
	return c.set(func(v *tcp.Settings) { v.SndBuf = bufferLen(bytes) })
}

// bufferLen is a length in the range that the stack takes.
func bufferLen(bytes int) int32 { return int32(min(max(bytes, 1), math.MaxInt32)) }

// set changes the settings of the connection.
func (c *Conn) set(change func(v *tcp.Settings)) error {
	return c.do("set", func(t *socket.Table, id int) stack.Cause {
		v, cause := t.Settings(id)
		if cause != stack.OK {
			return cause
		}
		change(&v)
		return t.Set(id, &v)
	})
}

// do changes something about the connection, whatever the deadlines.
func (c *Conn) do(op string, f func(t *socket.Table, id int) stack.Cause) error {
	c.host.mu.Lock()
	defer c.host.mu.Unlock()
	if c.closed || c.host.closed {
		return c.fail(op, net.ErrClosed)
	}
	if cause := f(&c.host.table, c.ids[0]); cause != stack.OK {
		return c.fail(op, causeError(cause))
	}
	c.host.touch()
	return nil
}

// LocalAddr is this side's *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the peer's *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }
