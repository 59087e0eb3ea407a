package netgo

import (
	"net"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// ListenMulticastUDP opens a UDP socket on group's port, for the group's family, and makes it a member of the group, as
// package net's function of this name does: what the socket sends to groups does not come back. network is udp, udp4 or
// udp6.
func (h *Host) ListenMulticastUDP(network string, group *net.UDPAddr) (*PacketConn, error) {
	c, err := h.listenMulticast(network, group)
	if err != nil {
		return nil, opError("listen", network, nil, group, err)
	}
	return c, nil
}

func (h *Host) listenMulticast(network string, group *net.UDPAddr) (*PacketConn, error) {
	n, err := parseNetwork(network)
	if err != nil || n.kind != socket.Datagram {
		return nil, net.UnknownNetworkError(network)
	}
	a := FromNetip(group.AddrPort().Addr())
	if n.v4, n.v6 = n.v4 && a.Is4(), n.v6 && a.Is6(); !n.v4 && !n.v6 {
		return nil, &net.AddrError{Err: "address is not of the network's family", Addr: group.String()}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, net.ErrClosed
	}
	ids, err := h.open(n, socket.Endpoint{Port: group.AddrPort().Port()})
	if err != nil {
		return nil, err
	}
	h.table.SetMulticast(ids[0], socket.Multicast{Hops: 1})
	if cause := h.table.Join(ids[0], a); cause != stack.OK {
		h.discard(ids)
		return nil, causeError(cause)
	}
	h.touch()
	return newPacketConn(h, ids), nil
}

// JoinGroup makes the socket a member of a group, until LeaveGroup or Close. The host is a member as long as any socket is.
func (c *PacketConn) JoinGroup(group net.IP) error {
	return c.ofGroup(group, (*socket.Table).Join)
}

// LeaveGroup takes JoinGroup back.
func (c *PacketConn) LeaveGroup(group net.IP) error {
	return c.ofGroup(group, (*socket.Table).Leave)
}

func (c *PacketConn) ofGroup(group net.IP, f func(*socket.Table, int, wire.Addr) stack.Cause) error {
	to := &net.IPAddr{IP: group}
	c.host.mu.Lock()
	defer c.host.mu.Unlock()
	if c.closed || c.host.closed {
		return opError("set", "udp", c.local, to, net.ErrClosed)
	}
	a, cause := fromIP(group), stack.WrongFamily
	for _, id := range c.ids {
		if a.Is6() == c.host.table.IsIPv6(id) {
			cause = f(&c.host.table, id, a)
		}
	}
	c.host.touch()
	if cause != stack.OK {
		return opError("set", "udp", c.local, to, causeError(cause))
	}
	return nil
}

// SetMulticast says how far what the socket sends to groups goes, 1 by default: over so many links less one; 0 keeps it
// inside. loop says whether a copy comes back where the host is a member itself, true by default.
func (c *PacketConn) SetMulticast(hops uint8, loop bool) error {
	c.host.mu.Lock()
	defer c.host.mu.Unlock()
	if c.closed || c.host.closed {
		return opError("set", "udp", c.local, nil, net.ErrClosed)
	}
	for _, id := range c.ids {
		c.host.table.SetMulticast(id, socket.Multicast{Hops: hops, Loop: loop})
	}
	return nil
}
