package inproc

import (
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// What a Host has of everything.
const (
	neighbours = 8
	waiting    = 3 // packets that wait for a neighbour's address
	endpoints  = 3 // UDP
	datagrams  = 2 // room for so many of full size per endpoint
	conns      = 4 // TCP connections and listeners
	groups     = 4 // multicast groups
	sockets    = 16
	blocked    = 8 // calls that can be pending at the same time
	bufferLen  = 4096
	mtu        = 1500

	reassemblies  = 2    // datagrams that are put together at the same time
	reassemblyLen = 2192 // memory for each: it takes
	longest       = 2000 // this many bytes behind the IP header; as many can go out in fragments
	looped        = 3    // packets to itself
)

// Host is a stack under test. Its zero value answers Malformed to everything but Capabilities until Reset. It takes
// more than a hundred kilobytes: declare it as a global or allocate it once.
type Host struct {
	now     time.Duration
	ready   bool
	waits   bool          // the stack has a deadline:
	next    time.Duration // the stack's deadline
	started uint32        // calls that have been pending so far

	dev    device
	stack  stack.Stack
	table  socket.Table
	face   posix.Face
	names  [sockets]name
	calls  [blocked]call
	result sut.Result // of a pending call

	// Data of results: of the call that is being made, and of a pending one.
	data, late [bufferLen]byte

	cfg         stack.Config
	memory      stack.Storage
	neighbours  [neighbours]neighbour.Entry
	waiting     [waiting * mtu]byte
	groups      [groups]stack.Group
	endpoints   [endpoints]stack.UDPEndpoint
	udpBuffer   [endpoints * datagrams * mtu]byte
	conns       [conns]stack.TCPConn
	tcpBuffer   [conns * 2 * bufferLen]byte
	reassembly  [reassemblies]reassembly.Entry
	fragments   [reassemblies * reassemblyLen]byte
	staging     [longest]byte
	loop        [looped * (mtu + 2)]byte
	sockets     [sockets]socket.Socket
	descriptors [sockets]posix.Descriptor
	files       [sockets]posix.File
}

var _ sut.SUT = (*Host)(nil)

const stackName = "stackproof"

// Capabilities: all that there is, timers without granularity.
func (h *Host) Capabilities(c *sut.Caps) sut.Status {
	*c = sut.Caps{Version: sut.Version, NameLen: uint8(len(stackName)), Personality: sut.POSIX}
	copy(c.Name[:], stackName)
	c.Features = c.Features.With(sut.FeatureIPv4).With(sut.FeatureIPv6).With(sut.FeatureARP).With(sut.FeatureNDP).
		With(sut.FeatureICMP).With(sut.FeatureICMPv6).With(sut.FeatureUDP).With(sut.FeatureTCP).
		With(sut.FeatureLink).With(sut.FeatureRaw).With(sut.FeatureCounter).With(sut.FeatureTCPInfo)
	return sut.OK
}

// Reset makes a fresh stack. Malformed: a configuration that the stack does not take.
func (h *Host) Reset(cfg *sut.Config) sut.Status {
	h.ready, h.now, h.waits, h.started = false, 0, false, 0
	h.dev.now, h.dev.out, h.dev.frame = 0, nil, nil
	for i := range h.names {
		h.names[i] = name{}
	}
	for i := range h.calls {
		h.calls[i] = call{}
	}
	h.configure(cfg)
	h.memory = stack.Storage{
		Groups: h.groups[:], Neighbours: h.neighbours[:], Waiting: h.waiting[:], UDP: h.endpoints[:], UDPBuffer: h.udpBuffer[:],
		TCP: h.conns[:], TCPBuffer: h.tcpBuffer[:],
		Reassembly: h.reassembly[:], ReassemblyBuffer: h.fragments[:], Staging: h.staging[:], Loop: h.loop[:],
	}
	if h.stack.Init(&h.cfg, &h.memory, &h.dev) != stack.InitOK {
		return sut.Malformed
	}
	h.table.Init(&h.stack, h.sockets[:])
	h.face.Init(&h.table, h.descriptors[:], h.files[:])
	h.ready = true
	return sut.OK
}

// configure translates the judge's configuration into the stack's.
func (h *Host) configure(cfg *sut.Config) {
	h.cfg = stack.Config{MAC: cfg.MAC, MTU: cfg.MTU}
	seed := cfg.Seed
	for i := 0; i < len(h.cfg.Entropy); i += 8 {
		seed = spread(seed)
		for j := range 8 {
			h.cfg.Entropy[i+j] = byte(seed >> (8 * j))
		}
	}
	if cfg.Prefix4 != 0 {
		h.cfg.IPv4.Addr, h.cfg.IPv4.Bits = socket.Endpoint4(cfg.Addr4, 0).Addr, cfg.Prefix4
		if gw := socket.Endpoint4(cfg.Gateway4, 0).Addr; !gw.IsUnspecified() {
			h.cfg.Gateway4 = gw
		}
	}
	if cfg.Prefix6 != 0 {
		h.cfg.IPv6.Addr, h.cfg.IPv6.Bits = socket.Endpoint6(cfg.Addr6, 0).Addr, cfg.Prefix6
		if gw := socket.Endpoint6(cfg.Gateway6, 0).Addr; !gw.IsUnspecified() {
			h.cfg.Gateway6 = gw
		}
	}
}

// spread is a step of a generator over all 64-bit numbers (xorshift over a counter with an odd step), so that seeds
// that differ in one bit give entropy that differs in many.
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
