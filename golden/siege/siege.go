package siege

import (
	"fmt"
	"runtime/debug"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/modelled"
	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/wire"
)

// Siege is the states and the work place of their snapshots.
type Siege struct {
	states  []state
	work    *host
	aimed   []byte
	before  []byte
	view    frame.View
	driver  *modelled.Stack
	friend  friend
	counts  [stack.NumCounters]uint64 // before the last throw
	dropped [stack.NumCounters]uint64

	// Watch, if there is one, is shown each frame that the stack sends for one that it hears, and says what is not so.
	Watch func(b []byte) error

	Throws  int64 // at a stack
	Replies int64 // frames that were sent for them
	Driven  int64 // frames that went through the driver
	TooLong int64 // frames that no Ethernet carries: nothing was thrown
}

// New prepares the states.
func New() (*Siege, error) {
	s := &Siege{states: prepare(), work: newHost(0), driver: modelled.New()}
	cfg := sut.Config{MAC: stackMAC, MTU: mtu, Addr4: stack4.As4(), Prefix4: 24, Addr6: stack6.As16(), Prefix6: 64, Seed: 1}
	if status := s.driver.Reset(&cfg); status != sut.OK {
		return nil, fmt.Errorf("siege: the stack on the driver does not start: %v", status)
	}
	return s, nil
}

// Frame throws an Ethernet frame. The error says what must not have happened.
func (s *Siege) Frame(f []byte) error {
	if len(f) > queue.MaxFrame {
		s.TooLong++
		return nil
	}
	s.before = append(s.before[:0], f...)
	if len(f) >= 6 && f[0]&1 == 0 {
		stackMAC.Put(s.before)
	}
	for i := range s.states {
		x := &s.states[i]
		if err := s.throw(x, s.before); err != nil {
			return err
		}
		if b := s.aim(x, s.before); b != nil {
			if err := s.throw(x, b); err != nil {
				return fmt.Errorf("aimed: %w", err)
			}
		}
	}
	return s.drive(s.before)
}

// throw gives the stack, in a state, a frame.
func (s *Siege) throw(x *state, f []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the stack panics: %v\n%s", x.name, p, debug.Stack())
		}
	}()
	s.enter(x)
	if err := s.Hear(f); err != nil {
		return fmt.Errorf("%s: %w", x.name, err)
	}
	return nil
}

// Dropped is how often each counter of the stack's drops has moved.
func (s *Siege) Dropped(c stack.Counter) uint64 { return s.dropped[c] }

// aim makes a copy of a frame that is about what the state is about; nil where there is nothing to aim.
func (s *Siege) aim(x *state, f []byte) []byte {
	e, err := wire.CheckEthernet(f)
	if err != wire.OK {
		return nil
	}
	s.aimed = append(s.aimed[:0], f...)
	b := s.aimed[wire.EthernetHeaderLen:]
	stackMAC.Put(s.aimed)
	peerMAC.Put(s.aimed[6:])
	switch e.Type() {
	case wire.EtherTypeARP:
		if a, err := wire.CheckARP(b); err == wire.OK {
			v := a.Fields()
			v.SenderMAC, v.SenderIP, v.TargetIP = peerMAC, peer4, stack4
			v.Put(b)
			return s.aimed
		}
	case wire.EtherTypeIPv4:
		if p, err := wire.CheckIPv4(b); err == wire.OK {
			v := p.Fields()
			v.Src, v.Dst, v.TTL = peer4, stack4, max(v.TTL, 1)
			v.Put(b)
			s.aimUpper(x, p.Protocol(), p.Payload(), p.IsFragment(), peer4, stack4)
			return s.aimed
		}
	case wire.EtherTypeIPv6:
		if p, err := wire.CheckIPv6(b); err == wire.OK {
			v := p.Fields()
			v.Src, v.Dst = peer6, stack6
			v.Put(b)
			if proto, at, err := p.UpperLayer(); err == wire.OK {
				s.aimUpper(x, proto, p[at:], false, peer6, stack6)
			}
			return s.aimed
		}
	}
	return nil
}

// aimUpper aims what IP carries.
func (s *Siege) aimUpper(x *state, proto uint8, b []byte, part bool, src, dst wire.Addr) {
	switch {
	case part:
	case proto == wire.ProtoTCP:
		if t, err := wire.CheckTCP(b); err == wire.OK {
			v := t.Fields()
			near := func(to, is uint32) uint32 { return to + uint32(int32(int8(is)))/16 } // mostly in its place
			v.SrcPort, v.DstPort, v.Seq, v.Ack = peerPort, listenPort, near(x.seq, v.Seq), near(x.ack, v.Ack)
			v.Put(b)
			t.SetChecksum(src, dst)
		}
	case proto == wire.ProtoUDP:
		if u, err := wire.CheckUDP(b); err == wire.OK {
			v := u.Fields()
			v.DstPort = udpPort
			v.Put(b)
			u.SetChecksum(src, dst)
		}
	case proto == wire.ProtoICMPv6 && src.Is6() && len(b) >= wire.ICMPHeaderLen:
		wire.ICMPv6(b).SetChecksum(src, dst)
	case proto == wire.ProtoICMP && src.Is4() && len(b) >= wire.ICMPHeaderLen:
		wire.ICMPv4(b).SetChecksum()
	}
}

// drive sends a frame through the driver. It counts what it is given, and the model what it does that the hardware
// forbids.
func (s *Siege) drive(f []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the driver panics: %v\n%s", p, debug.Stack())
		}
	}()
	if len(f) < wire.EthernetHeaderLen {
		return nil // no MAC receives that
	}
	s.Driven++
	if status := s.driver.Deliver(f, discard{}); status != sut.OK {
		return fmt.Errorf("the driver: %v: %w", status, s.driver.Err())
	}
	return nil
}

// discard takes what the stack does.
type discard struct{}

func (discard) Frame(time.Duration, []byte)                 {}
func (discard) Done(time.Duration, sut.CallID, *sut.Result) {}
