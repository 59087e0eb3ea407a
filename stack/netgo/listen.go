package netgo

import (
	"context"
	"net"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// families lists whether each socket to be opened is IPv6: for an address its family, without one those of the network
// that the host has.
func (h *Host) families(n network, e socket.Endpoint) (v6 []bool) {
	switch {
	case e.Addr.Is4():
		return []bool{false}
	case e.Addr.Is6():
		return []bool{true}
	}
	if n.v4 {
		v6 = append(v6, false)
	}
	if n.v6 {
		v6 = append(v6, true)
	}
	return v6
}

// open opens one socket for each family and binds them to the same port.
func (h *Host) open(n network, e socket.Endpoint) (ids []int, err error) {
	for _, v6 := range h.families(n, e) {
		id, c := h.table.Open(n.kind, v6)
		if c != stack.OK {
			h.discard(ids)
			return nil, causeError(c)
		}
		ids = append(ids, id)
		h.table.SetReuse(id, true)
		if c := h.table.Bind(id, e); c != stack.OK {
			h.discard(ids)
			return nil, causeError(c)
		}
		e.Port = h.table.Local(id).Port // of the first: the second takes the same
	}
	return ids, nil
}

// discard closes sockets. h.mu is held.
func (h *Host) discard(ids []int) {
	for _, id := range ids {
		h.table.Close(h.now(), id)
	}
	h.touch()
}

// Listener takes TCP connections.
type Listener struct {
	handle
	addr net.Addr
	turn int // counts the sockets asked for a connection
}

// bound opens sockets of a kind on the address that a caller of package net's functions gives. h.mu is held.
func (h *Host) bound(kind socket.Kind, network, address string) ([]int, error) {
	n, err := parseNetwork(network)
	if err != nil || n.kind != kind {
		return nil, net.UnknownNetworkError(network)
	}
	e, err := parseAddress(n, address)
	if err != nil {
		return nil, err
	}
	if h.closed {
		return nil, net.ErrClosed
	}
	return h.open(n, e)
}

// Listen listens on "host:port", host a literal address of the stack or empty for all of both families; port 0 takes a
// free one. network is tcp, tcp4 or tcp6.
func (h *Host) Listen(network, address string) (*Listener, error) {
	l, err := h.listen(network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return l, nil
}

func (h *Host) listen(network, address string) (*Listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids, err := h.bound(socket.Stream, network, address)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if c := h.table.Listen(id, h.backlog); c != stack.OK {
			h.discard(ids)
			return nil, causeError(c)
		}
	}
	l := &Listener{addr: tcpAddr(h.table.Local(ids[len(ids)-1]))}
	l.init(h, ids)
	return l, nil
}

// Accept waits for a connection. When all sockets are in use the error is syscall.EMFILE, which is temporary: the
// connection goes on waiting.
func (l *Listener) Accept() (net.Conn, error) {
	l.read.turn.Lock()
	c, err := l.accept()
	l.read.turn.Unlock()
	if err != nil {
		return nil, opError("accept", "tcp", nil, l.addr, err)
	}
	return c, nil
}

func (l *Listener) accept() (*Conn, error) {
	if err := l.lock(&l.read); err != nil {
		return nil, err
	}
	defer l.host.mu.Unlock()
	for {
		for range l.ids {
			id := l.ids[l.turn%len(l.ids)]
			l.turn++ // so that neither family keeps the other waiting
			child, cause := l.host.table.Accept(id)
			switch cause {
			case stack.OK:
				return newConn(l.host, child), nil
			case stack.WouldBlock:
			default:
				return nil, causeError(cause)
			}
		}
		if err := l.wait(&l.read, socket.Readable|socket.Failed); err != nil {
			return nil, err
		}
	}
}

// Close stops listening; connections that nobody accepted are reset.
func (l *Listener) Close() error { return opError("close", "tcp", nil, l.addr, l.close()) }

// Addr is the *net.TCPAddr that it listens on.
func (l *Listener) Addr() net.Addr { return l.addr }

// DialContext connects to "host:port", host a literal address. network is tcp, tcp4, tcp6, udp, udp4 or udp6.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := h.dial(ctx, network, address)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	return c, nil
}

// Dial is DialContext without an end.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.DialContext(context.Background(), network, address)
}

func (h *Host) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n, err := parseNetwork(network)
	if err != nil {
		return nil, err
	}
	e, err := parseAddress(n, address)
	if err != nil {
		return nil, err
	}
	if !e.Addr.IsValid() {
		return nil, &net.AddrError{Err: "no host", Addr: address}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, net.ErrClosed
	}
	id, c := h.table.Open(n.kind, e.Addr.Is6())
	if c != stack.OK {
		return nil, causeError(c)
	}
	if c := h.table.Connect(h.now(), id, e); c != stack.OK && c != stack.InProgress {
		h.table.Close(h.now(), id)
		return nil, causeError(c)
	}
	if n.kind == socket.Datagram {
		return newPacketConn(h, []int{id}), nil
	}
	h.touch()
	if err := h.connected(ctx, id); err != nil {
		h.table.Abort(h.now(), id)
		h.touch()
		return nil, err
	}
	return newConn(h, id), nil
}

// connected waits until the handshake is over. h.mu is held.
func (h *Host) connected(ctx context.Context, id int) error {
	w := newWaiter([]int{id})
	stop := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.rouse(&w)
	})
	defer stop()
	for {
		switch c := h.table.Status(id); c {
		case stack.OK:
			return nil
		case stack.InProgress:
		default:
			return causeError(c)
		}
		h.wait(&w, socket.Writable|socket.Failed|socket.HungUp)
		if h.closed {
			return net.ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
