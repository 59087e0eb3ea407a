package inproc

import (
	"math"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/socket"
)

// Host is a stack under test. Init or InitLarge gives it memory. It answers Malformed to everything but
// Capabilities until Reset.
type Host struct {
	now     time.Duration
	ready   bool
	waits   bool          // the stack has a deadline:
	next    time.Duration // the stack's deadline
	started uint32        // calls that have been pending so far

	dev    device
	link   Link // nil: dev
	stack  stack.Stack
	table  socket.Table
	faces  faces
	calls  [blocked]call
	result sut.Result // of a pending call

	cfg    stack.Config
	memory memory
}

var _ sut.SUT = (*Host)(nil)

const stackName = "stackproof"

// Capabilities: all that there is, timers without granularity.
func (h *Host) Capabilities(c *sut.Caps) sut.Status {
	*c = sut.Caps{Version: sut.Version, NameLen: uint8(len(stackName)), Personality: h.personality()}
	copy(c.Name[:], stackName)
	c.Features = c.Features.With(sut.FeatureIPv4).With(sut.FeatureIPv6).With(sut.FeatureARP).With(sut.FeatureNDP).
		With(sut.FeatureICMP).With(sut.FeatureICMPv6).With(sut.FeatureUDP).With(sut.FeatureTCP).
		With(sut.FeatureLink).With(sut.FeatureRaw).With(sut.FeatureCounter).With(sut.FeatureTCPInfo)
	if h.personality() != sut.LwIP { // its sockets know nothing of urgent data
		c.Features = c.Features.With(sut.FeatureUrgent)
	}
	return sut.OK
}

// Reset makes a fresh stack. Malformed: a configuration that the stack does not take. Unsupported: longer queues of TCP
// than there is memory for.
func (h *Host) Reset(cfg *sut.Config) sut.Status {
	h.ready, h.now, h.waits, h.started = false, 0, false, 0
	h.dev.now, h.dev.out, h.dev.frame = 0, nil, nil
	clear(h.memory.names)
	for i := range h.calls {
		h.calls[i] = call{}
	}
	if cfg.MTU > mtu {
		return sut.Malformed
	}
	h.configure(cfg)
	if h.link != nil {
		h.link.Open(cfg.MAC)
	}
	switch h.stack.Init(&h.cfg, &h.memory.stack, h.device()) {
	case stack.InitOK:
	case stack.TCPBufferTooShort:
		return sut.Unsupported
	default:
		return sut.Malformed
	}
	h.table.Init(&h.stack, h.memory.sockets)
	h.table.InitGroups(h.memory.memberships)
	h.face().init(h)
	h.ready = true
	return sut.OK
}

// configure translates the judge's configuration into the stack's.
func (h *Host) configure(cfg *sut.Config) {
	lwIP := h.personality() == sut.LwIP
	h.cfg = stack.Config{MAC: cfg.MAC, MTU: cfg.MTU, BindAnywhere: lwIP, BroadcastToBound: lwIP}
	h.cfg.TCP.RcvBuf, h.cfg.TCP.SndBuf = queue(cfg.RcvBuf), queue(cfg.SndBuf)
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

// queue is the length of a queue of TCP: more than an int32 says is as unlikely to be had.
func queue(n uint32) int32 {
	if n == 0 {
		return sut.DefaultBuf
	}
	return int32(min(n, math.MaxInt32))
}

// spread is a step of a generator over all 64-bit numbers (xorshift over a counter with an odd step), so that seeds
// that differ in one bit give entropy that differs in many.
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
