package edits

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/golden/siege"
	"stackproof/stack"
	"stackproof/stack/wire"
)

// judge throws frames at a stack and says what must not have happened.
type judge struct {
	*Table
	siege *siege.Siege
	good  [][]uint64 // by state and base: the digest of what is answered to the base without an edit
	buf   []byte
	view  frame.View // of what was thrown
	reply frame.View
	place siege.Place
	base  *Base

	digest  maphash.Hash
	answers int

	dropped [stack.NumCounters]uint64
	replies int
	tamper  func(j *judge, b []byte) []byte // for tests: what becomes of what the stack answers
	meddle  func(j *judge)                  // for tests: what happens to the stack between the frame and the exchange
}

var seed = maphash.MakeSeed()

func newJudge() *judge {
	s := siege.Every()
	j := &judge{Table: tableOf(s), siege: s, buf: make([]byte, 0, frame.MaxLen)}
	j.digest.SetSeed(seed)
	s.Watch = j.answer
	for i := range j.States {
		j.good = append(j.good, make([]uint64, len(j.Bases[i])))
		for k, b := range j.Bases[i] {
			j.enter(i, k)
			if err := s.Hear(b.frame); err != nil {
				panic(fmt.Sprintf("edits: %s: the base %s: %v", j.States[i], b.Name, err)) // what is good is no case here
			}
			j.good[i][k] = j.digest.Sum64()
		}
	}
	return j
}

// enter makes the stack what it is in a state, and begins to listen to what it sends.
func (j *judge) enter(state, base int) {
	j.siege.Enter(state)
	j.place, j.base = j.siege.Place(state), j.Bases[state][base]
	j.listen()
}

func (j *judge) listen() {
	j.digest.Reset()
	j.answers = 0
}

// throw throws the frame of an order. The error says what must not have happened.
func (j *judge) throw(o *Order) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	j.buf = j.Write(j.buf[:0], o)
	j.enter(o.State, o.Base)
	next, due := j.siege.Next()
	if err := j.siege.Hear(j.buf); err != nil {
		return err
	}
	j.replies += j.answers
	if err := j.counted(); err != nil {
		return err
	}
	what, void := j.silent(o)
	if what != "" && j.answers > 0 {
		return fmt.Errorf("%d answers to a frame %s", j.answers, what)
	}
	if void {
		if n, ok := j.siege.Next(); n != next || ok != due {
			return fmt.Errorf("a frame %s has changed when the stack has something to do", what)
		}
		j.listen()
		if err := j.siege.Hear(j.base.frame); err != nil {
			return fmt.Errorf("the good frame behind it: %w", err)
		}
		if j.digest.Sum64() != j.good[o.State][o.Base] {
			return fmt.Errorf("behind a frame %s the good one does not get the answers that it gets without it", what)
		}
	}
	if j.meddle != nil {
		j.meddle(j)
	}
	j.listen()
	return j.siege.Exchange(j.place.V6)
}

// counted looks whether the frame has been counted once as dropped, or not at all. What was dropped of a datagram in
// fragments, and what was to be sent, have counters beside.
func (j *judge) counted() error {
	n := uint64(0)
	for c := stack.DropLinkDown; c < stack.NumCounters; c++ {
		d := j.siege.Moved(c)
		j.dropped[c] += d
		if c < stack.DropTCPUnsent && c != stack.DropReassemblyEvicted && c != stack.DropReassemblyTimeout {
			n += d
		}
	}
	if n > 1 {
		return fmt.Errorf("one frame is counted as dropped %d times", n)
	}
	return nil
}

// answer looks at a frame that the stack sends; the prepared siege has looked whether it is well-formed.
func (j *judge) answer(b []byte) error {
	if j.tamper != nil {
		b = j.tamper(j, b)
	}
	j.answers++
	j.digest.Write(b)
	v := &j.reply
	if d := frame.Parse(b, v); !d.OK() {
		return fmt.Errorf("what the stack answers is malformed: %v: % x", d, b)
	}
	if !bytes.Equal(b[6:12], j.place.StackMAC[:]) {
		return errors.New("the stack sends from a station that it is not")
	}
	src, _ := v.Addr(frame.IPSrc)
	dst, ok := v.Addr(frame.IPDst)
	if !ok {
		return nil
	}
	if !ours(src) && !zero(src) {
		return fmt.Errorf("the stack sends from the address % x", src)
	}
	if !toAll(b[:6]) && !groupAddr(dst) {
		return nil
	}
	typ, isICMP := v.Get(frame.ICMPType)
	switch {
	case v.Transport == frame.TransportTCP, v.Transport == frame.TransportUDP, isICMP && v.Net == frame.NetIPv4, isICMP && typ < 130:
		return fmt.Errorf("an answer goes to all: to % x, station % x", dst, b[:6])
	}
	return nil
}

// The addresses of the stack: of IPv4, of IPv6, and the link-local one.
var (
	own4    = [4]byte{192, 0, 2, 1}
	own6    = [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}
	ownLink = wire.LinkLocal(wire.MAC{2, 0, 0, 0, 0, 1}).As16()
)

func ours(a []byte) bool {
	return bytes.Equal(a, own4[:]) || bytes.Equal(a, own6[:]) || bytes.Equal(a, ownLink[:])
}

func zero(a []byte) bool {
	for _, c := range a {
		if c != 0 {
			return false
		}
	}
	return true
}

func toAll(mac []byte) bool { return mac[0]&1 != 0 }

// groupAddr reports whether an address of IP is that of a group, of nobody, or a broadcast.
func groupAddr(a []byte) bool {
	if len(a) == 16 {
		return a[0] == 0xff || zero(a)
	}
	return a[0] >= 224 || a[0] == 0 || bytes.Equal(a, []byte{192, 0, 2, 255}) || bytes.Equal(a, []byte{192, 0, 2, 0})
}

// silent says in words why the frame that was thrown must draw no answer; "": it may. void is set if moreover nothing may
// come of it.
func (j *judge) silent(o *Order) (what string, void bool) {
	d := frame.Parse(j.buf, &j.view)
	v := &j.view
	if !toAll(j.buf) && !bytes.Equal(j.buf[:6], j.place.StackMAC[:]) {
		return "for another station", true
	}
	switch d.Flaw {
	case frame.IPChecksum, frame.TCPChecksum, frame.UDPChecksum, frame.ICMPChecksum, frame.IGMPChecksum:
		if j.beforeSum(o) {
			return "", false
		}
		return "with a wrong checksum", true
	}
	if v.Net == frame.NetRaw || !d.OK() {
		return "", false
	}
	x := frame.IPDst
	if v.Net == frame.NetARP {
		x = frame.ARPTPA
	}
	if a, ok := v.Addr(x); ok && !ours(a) && !groupAddr(a) {
		return "for another host", false
	}
	return "", false
}

// beforeSum reports whether an edit is of what leads to the checksum over IPv6: an option or a header that the stack does not
// know is answered (RFC 8200 4) before anything behind it is looked at.
func (j *judge) beforeSum(o *Order) bool {
	for _, e := range o.Edits {
		switch name := j.base.Fields[e.Field].Name; {
		case name == "ip6.next", name == "ip6.len", strings.HasPrefix(name, "ip6.") && strings.Count(name, ".") > 1:
			return true
		}
	}
	return false
}
