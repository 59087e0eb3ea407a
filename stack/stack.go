package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// Config is the host configuration. Either family may be left out (no address). The IPv6 link-local address is made of
// the MAC and is there whenever IPv6 is.
type Config struct {
	MAC      wire.MAC
	MTU      uint16      // largest IP packet in bytes; at least 576, with IPv6 at least 1280
	IPv4     wire.Prefix // own address and the length of its network prefix
	Gateway4 wire.Addr   // default router, in that network; no address: none
	IPv6     wire.Prefix // own address; fe80:: as address means the link-local address alone
	Gateway6 wire.Addr   // default router, in that network or link-local; no address: none
	Entropy  [32]byte    // all the entropy of the stack: the same bytes give the same packets
}

// Storage is the memory that the stack works in. Sizes are the caller's: a table or queue of length 0 does without.
type Storage struct {
	Neighbours []neighbour.Entry // one for each neighbour to be talked to at the same time; at least 1
	Waiting    []byte            // packets that wait for a neighbour's address, in slots of MTU bytes; at least one
	UDP        []UDPEndpoint
	UDPBuffer  []byte // divided equally into the receive queues of UDP
	TCP        []TCPConn
	TCPBuffer  []byte
}

// Stack is one host with one interface. Init makes it ready.
type Stack struct {
	dev Device
	st  Storage
	cfg Config
	tcp tcpState
}

// Init makes the stack ready, with the link up. Nothing is sent before the first Poll.
func (s *Stack) Init(cfg *Config, st *Storage, dev Device) InitErr {
	s.cfg, s.st, s.dev = *cfg, *st, dev
	s.tcpInit()
	return InitOK
}

// Poll takes in what the device has received, does what is due at now, and sends. It returns the next moment at which it
// wants to be called even if nothing is received; ok is false if there is none. A second Poll at the same time does
// nothing, unless frames have come in since or the first had so many to handle that it asked for the second (next is
// then not after now).
func (s *Stack) Poll(now time.Duration) (next time.Duration, ok bool) { return s.tcpPoll(now) }

// SetLink says that the link has gone up or down. A down link loses what the neighbours' addresses were and what waited
// for them; endpoints and connections stay.
func (s *Stack) SetLink(now time.Duration, up bool) {}

// CopyFrom makes s a snapshot of o, in s's own storage, which must have the same sizes. The device is not copied. From
// then on each goes its own way.
func (s *Stack) CopyFrom(o *Stack) { s.tcpCopyFrom(o) }
