package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
)

// memory is what a host works in.
type memory struct {
	stack       stack.Storage
	names       []name // as many as there are descriptors
	sockets     []socket.Socket
	memberships []socket.Membership

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
	loop        [looped * (mtu + 2)]byte
	names       [smallSockets]name
	sockets     [smallSockets]socket.Socket
	memberships [members]socket.Membership
	posix       smallPosix
}

// SmallBuffers are the part of it that only the processor uses, and a board may have elsewhere.
type SmallBuffers struct {
	staging    [smallLongest]byte
	data, late [smallData]byte
}

// Init gives the host a board's memory.
func (h *Host) Init(m *Small, b *SmallBuffers) {
	h.memory.stack = stack.Storage{
		Groups: m.groups[:], Neighbours: m.neighbours[:], Waiting: m.waiting[:], UDP: m.endpoints[:], UDPBuffer: m.udpBuffer[:],
		TCP: m.conns[:], TCPBuffer: m.tcpBuffer[:], TCPSlots: smallSlots,
		Reassembly: m.reassembly[:], ReassemblyBuffer: m.fragments[:], Staging: b.staging[:], Loop: m.loop[:],
	}
	h.memory.names, h.memory.sockets = m.names[:], m.sockets[:]
	h.memory.memberships = m.memberships[:]
	h.usePosix(&m.posix)
	h.memory.data, h.memory.late = b.data[:], b.late[:]
}
