package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// memory is what a host works in.
type memory struct {
	stack       stack.Storage
	names       []name // as many as there are descriptors
	sockets     []socket.Socket
	memberships []socket.Membership
	descriptors []posix.Descriptor
	files       []posix.File

	// Data of results: of the call that is being made, and of a pending one. A call reads no more than that at once.
	data, late []byte
}

// What a case of our own can see of a host's limits is the same in both memories: these, and the queues of a TCP
// connection, which are as long as sut.Config says. What differs no such case meets, or in both memories alike: it sends
// no datagram in fragments that is longer than a board's, has no more connections and sockets than a board, and fills a
// queue of UDP with more than a computer's holds.
const (
	neighbours = 8
	waiting    = 3 // packets that wait for a neighbour's address
	groups     = 4 // multicast groups
	members    = 4 // sockets that are members of groups, each counted once for each of its groups
	blocked    = 8 // calls that can be pending at the same time
	looped     = 3 // packets to itself

	reassemblies = 2 // datagrams that are put together at the same time
)

// What a board has less of.
const (
	smallSockets   = 16
	smallConns     = 4 // TCP connections and listeners
	smallSlots     = 2 // TCP connections that have queues at the same time
	smallBuf       = sut.DefaultBuf
	smallEndpoints = 3    // UDP
	smallQueue     = 2100 // of a UDP endpoint
	smallLongest   = 2000 // bytes behind the IP header of a datagram in fragments, out and
	smallFragments = 2192 // in: memory for each
	smallData      = 2048
)

// Small is the memory of a host on a board. Declare one as a global.
type Small struct {
	groups      [groups]stack.Group
	neighbours  [neighbours]neighbour.Entry
	waiting     [waiting * mtu]byte
	endpoints   [smallEndpoints]stack.UDPEndpoint
	udpBuffer   [smallEndpoints * smallQueue]byte
	conns       [smallConns]stack.TCPConn
	tcpBuffer   [smallSlots * 2 * smallBuf]byte
	reassembly  [reassemblies]reassembly.Entry
	fragments   [reassemblies * smallFragments]byte
	staging     [smallLongest]byte
	loop        [looped * (mtu + 2)]byte
	names       [smallSockets]name
	sockets     [smallSockets]socket.Socket
	memberships [members]socket.Membership
	descriptors [smallSockets]posix.Descriptor
	files       [smallSockets]posix.File
	data, late  [smallData]byte
}

// Init gives the host a board's memory.
func (h *Host) Init(m *Small) {
	h.memory.stack = stack.Storage{
		Groups: m.groups[:], Neighbours: m.neighbours[:], Waiting: m.waiting[:], UDP: m.endpoints[:], UDPBuffer: m.udpBuffer[:],
		TCP: m.conns[:], TCPBuffer: m.tcpBuffer[:], TCPSlots: smallSlots,
		Reassembly: m.reassembly[:], ReassemblyBuffer: m.fragments[:], Staging: m.staging[:], Loop: m.loop[:],
	}
	h.memory.names, h.memory.sockets = m.names[:], m.sockets[:]
	h.memory.memberships = m.memberships[:]
	h.memory.descriptors, h.memory.files = m.descriptors[:], m.files[:]
	h.memory.data, h.memory.late = m.data[:], m.late[:]
}

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
	h.memory.descriptors, h.memory.files = m.descriptors[:], m.files[:]
	h.memory.data, h.memory.late = m.data[:], m.late[:]
}
