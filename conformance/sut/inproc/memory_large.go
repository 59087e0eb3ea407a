//go:build !tinygo

package inproc

import (
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// What a computer has.
const (
	largeMembers   = 10 // as lwIP has with ten sockets; a group that was left stays for its reports
	largeSockets   = 64
	largeConns     = 64
	largeSlots     = 8
	largeBuf       = 1 << 20
	largeEndpoints = 8
	largeQueue     = 66_000 // the longest datagram; udp/full-queue sends more
	largeLongest   = 1<<16 - 1
	largeData      = largeBuf
)

// Large is the memory of a host on a computer: package large makes such hosts.
type Large struct {
	groups      [2 * largeMembers]stack.Group
	neighbours  [neighbours]neighbour.Entry
	waiting     [waiting * mtu]byte
	loop        [looped * (mtu + 2)]byte
	endpoints   [largeEndpoints]stack.UDPEndpoint
	udpBuffer   [largeEndpoints * largeQueue]byte
	conns       [largeConns]stack.TCPConn
	tcpBuffer   [largeSlots * 2 * largeBuf]byte
	reassembly  [reassemblies]reassembly.Entry
	fragments   [reassemblies * reassembly.MaxMemory]byte
	staging     [largeLongest]byte
	names       [largeSockets]name
	sockets     [largeSockets]socket.Socket
	memberships [largeMembers]socket.Membership
	descriptors [largeSockets]posix.Descriptor
	files       [largeSockets]posix.File
	data, late  [largeData]byte
}

// InitLarge gives the host a computer's memory.
func (h *Host) InitLarge(m *Large) {
	h.memory.stack = stack.Storage{
		Groups: m.groups[:], Neighbours: m.neighbours[:], Waiting: m.waiting[:], UDP: m.endpoints[:], UDPBuffer: m.udpBuffer[:],
		TCP: m.conns[:], TCPBuffer: m.tcpBuffer[:], TCPSlots: largeSlots, Loop: m.loop[:],
		Reassembly: m.reassembly[:], ReassemblyBuffer: m.fragments[:], Staging: m.staging[:],
	}
	h.memory.names, h.memory.sockets = m.names[:], m.sockets[:]
	h.memory.memberships = m.memberships[:]
	h.faces.posix.descriptors, h.faces.posix.files = m.descriptors[:], m.files[:]
	h.memory.data, h.memory.late = m.data[:], m.late[:]
}
