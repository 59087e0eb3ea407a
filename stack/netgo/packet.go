package netgo

import (
	"net"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// PacketConn is a UDP socket: a net.PacketConn, and where it has a peer a net.Conn too.
type PacketConn struct {
	handle
	local  net.Addr
	remote net.Addr // nil: none
	turn   int      // counts the sockets asked for a datagram
}

// newPacketConn makes a PacketConn of bound sockets. h.mu is held.
func newPacketConn(h *Host, ids []int) *PacketConn {
	c := &PacketConn{local: udpAddr(h.table.Local(ids[len(ids)-1]))}
	c.init(h, ids)
	if e := h.table.Remote(ids[0]); e.Addr.IsValid() {
		c.remote = udpAddr(e)
	}
	return c
}

// ListenPacket opens a UDP socket on "host:port", as Listen does; network is udp, udp4 or udp6.
func (h *Host) ListenPacket(network, address string) (*PacketConn, error) {
	c, err := h.listenPacket(network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return c, nil
}

func (h *Host) listenPacket(network, address string) (*PacketConn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids, err := h.bound(socket.Datagram, network, address)
	if err != nil {
		return nil, err
	}
	return newPacketConn(h, ids), nil
}

// ReadFrom waits for a datagram; what does not fit into p is lost.
func (c *PacketConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.receive(p)
	if err != nil {
		return 0, nil, opError("read", "udp", c.local, c.remote, err)
	}
	return n, udpAddr(from), nil
}

// Read is ReadFrom without the sender.
func (c *PacketConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFrom(p)
	return n, err
}

func (c *PacketConn) receive(p []byte) (int, socket.Endpoint, error) {
	c.read.turn.Lock()
	defer c.read.turn.Unlock()
	if err := c.lock(&c.read); err != nil {
		return 0, socket.Endpoint{}, err
	}
	defer c.host.mu.Unlock()
	for {
		for range c.ids {
			id := c.ids[c.turn%len(c.ids)]
			c.turn++ // so that neither family keeps the other waiting
			if cause := c.host.table.TakeError(id); cause != stack.OK {
				return 0, socket.Endpoint{}, causeError(cause)
			}
			switch r, cause := c.host.table.Receive(id, p, false); cause {
			case stack.OK:
				return r.N, r.From, nil
			case stack.WouldBlock:
			default:
				return 0, socket.Endpoint{}, causeError(cause)
			}
		}
		if err := c.wait(&c.read, socket.Readable|socket.Failed); err != nil {
			return 0, socket.Endpoint{}, err
		}
	}
}

// WriteTo sends one datagram to addr, a *net.UDPAddr.
func (c *PacketConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	u, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, opError("write", "udp", c.local, addr, &net.AddrError{Err: "not a UDP address", Addr: addr.String()})
	}
	ap := u.AddrPort()
	return c.send(p, socket.Endpoint{Addr: FromNetip(ap.Addr()), Port: ap.Port()}, addr)
}

// Write sends one datagram to the peer.
func (c *PacketConn) Write(p []byte) (int, error) { return c.send(p, socket.Endpoint{}, c.remote) }

func (c *PacketConn) send(p []byte, to socket.Endpoint, addr net.Addr) (int, error) {
	c.write.turn.Lock()
	err := c.transmit(p, to)
	c.write.turn.Unlock()
	if err != nil {
		return 0, opError("write", "udp", c.local, addr, err)
	}
	return len(p), nil
}

func (c *PacketConn) transmit(p []byte, to socket.Endpoint) error {
	if err := c.lock(&c.write); err != nil {
		return err
	}
	defer c.host.mu.Unlock()
	id := c.ids[0]
	for _, i := range c.ids {
		if to.Addr.Is6() == c.host.table.IsIPv6(i) {
			id = i
		}
	}
	for {
		_, cause := c.host.table.SendTo(c.host.now(), id, p, to)
		c.host.touch()
		switch cause {
		case stack.OK:
			return nil
		case stack.WouldBlock: // the outbox is full
		default:
			return causeError(cause)
		}
		if err := c.wait(&c.write, socket.Writable); err != nil {
			return err
		}
	}
}

// SetReadBuffer sets how many bytes wait to be read at most: one at least, Config.Buffer at most; besides its data a
// datagram takes 37 of them over IPv6, 13 over IPv4. There is no buffer for what is written.
func (c *PacketConn) SetReadBuffer(bytes int) error {
	c.host.mu.Lock()
	defer c.host.mu.Unlock()
	if c.closed || c.host.closed {
		return opError("set", "udp", c.local, c.remote, net.ErrClosed)
	}
	for _, id := range c.ids {
		c.host.table.SetQueue(id, bufferLen(bytes))
	}
	return nil
}

// Close closes the socket.
func (c *PacketConn) Close() error { return opError("close", "udp", c.local, c.remote, c.close()) }

// LocalAddr is this side's *net.UDPAddr.
func (c *PacketConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the peer's *net.UDPAddr, nil if there is none.
func (c *PacketConn) RemoteAddr() net.Addr { return c.remote }
