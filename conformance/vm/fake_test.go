package vm_test

import (
	"encoding/binary"
	"slices"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// fake is a stack that serves one TCP connection and no more: ARP, handshake, acknowledgements, read and write, one
// retransmission timer. What it sends and answers passes through hooks, with which tests make it misbehave.
type fake struct {
	caps sut.Caps
	cfg  sut.Config
	now  sut.Time
	plan []planned // what it will do, by time

	mac    []byte // the peer's, once ARP told
	wait   [][]byte
	isn    uint32
	rcvNxt uint32
	sndNxt uint32
	sndUna uint32
	rto    int // generation of the timer that runs
	got    []byte
	accept sut.CallID

	onFrame  func(f *fake, at sut.Time, b []byte) [][]byte // nil: as it is
	onResult func(f *fake, c *sut.Call, r *sut.Result)
	onIn     func(f *fake, v *frame.View, out sut.Sink) bool // true: dealt with
	onCall   func(f *fake, c *sut.Call, r *sut.Result, out sut.Sink) (sut.Status, bool)
	status   map[string]sut.Status
	figure   int64
	lie      sut.Time // added to the times it reports
	past     bool     // Next lies in the past
	noPad    bool
	resets   int
	advanced int
}

type planned struct {
	at sut.Time
	do func(out sut.Sink)
}

func newFake() *fake {
	f := &fake{isn: 5000, figure: 4, status: map[string]sut.Status{}}
	f.caps = sut.Caps{Version: sut.Version, Features: 1<<12 - 1}
	return f
}

func (f *fake) after(d time.Duration, do func(out sut.Sink)) {
	f.plan = append(f.plan, planned{f.now + d, do})
	slices.SortStableFunc(f.plan, func(a, b planned) int { return int(a.at - b.at) })
}

func (f *fake) Capabilities(c *sut.Caps) sut.Status { *c = f.caps; return f.status["caps"] }

func (f *fake) Reset(cfg *sut.Config) sut.Status {
	was := *f
	*f = *newFake()
	f.caps, f.onFrame, f.onResult, f.onIn, f.onCall = was.caps, was.onFrame, was.onResult, was.onIn, was.onCall
	f.status, f.figure, f.lie, f.past, f.noPad, f.resets = was.status, was.figure, was.lie, was.past, was.noPad, was.resets+1
	f.cfg = *cfg
	return f.status["reset"]
}

func (f *fake) Next() (sut.Time, bool) {
	if f.past {
		return f.now - 1, true
	}
	if len(f.plan) == 0 {
		return 0, false
	}
	return f.plan[0].at, true
}

func (f *fake) Advance(to sut.Time, out sut.Sink) sut.Status {
	f.advanced++
	last := len(f.plan) // what is planned meanwhile is for the next time
	for ; last > 0 && f.plan[0].at <= to; last-- {
		p := f.plan[0]
		f.plan = f.plan[1:]
		f.now = p.at
		p.do(out)
	}
	f.now = to
	return f.status["advance"]
}

func (f *fake) Cancel(sut.CallID, sut.Sink) sut.Status { return sut.OK }

func (f *fake) Link(bool, sut.Sink) sut.Status { return f.status["link"] }

func (f *fake) Knob(sut.Knob, int64, sut.Sink) sut.Status { return f.status["knob"] }

func (f *fake) Inspect(_ sut.Figure, _ sut.FD, v *int64) sut.Status {
	*v = f.figure
	return f.status["inspect"]
}

func (f *fake) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	if f.onCall != nil {
		if s, done := f.onCall(f, c, r, out); done {
			return s
		}
	}
	switch c.Op {
	case sut.OpSocket:
		r.Ret = int32(c.NewFD)
	case sut.OpAccept:
		f.accept = 7
		r.Pending, r.ID = true, f.accept
		return f.status["call"]
	case sut.OpRead:
		n := max(min(int(c.Value), len(f.got)), 0)
		r.Data, r.Ret = f.got[:n], int32(n)
		f.got = f.got[n:]
	case sut.OpWrite:
		r.Ret = int32(len(c.Data))
		f.write(append([]byte(nil), c.Data...), out)
	}
	if f.onResult != nil {
		f.onResult(f, c, r)
	}
	return f.status["call"]
}

func (f *fake) write(data []byte, out sut.Sink) {
	seq := f.sndNxt
	f.sndNxt += uint32(len(data))
	f.tcp(out, frame.PSH|frame.ACK, seq, nil, data)
	f.rto++
	timer := f.rto
	f.after(time.Second, func(out sut.Sink) {
		if f.rto == timer && f.sndUna == seq {
			f.tcp(out, frame.PSH|frame.ACK, seq, nil, data)
		}
	})
}

func (f *fake) Deliver(b []byte, out sut.Sink) sut.Status {
	var v frame.View
	if s := f.status["deliver"]; s != sut.OK || !frame.Parse(b, &v).OK() {
		return s
	}
	if f.onIn != nil && f.onIn(f, &v, out) {
		return sut.OK
	}
	if v.Net == vm.NetARP {
		sha, _ := v.Addr(frame.ARPSHA)
		f.mac = append([]byte(nil), sha...)
		for _, b := range f.wait {
			copy(b, f.mac)
			f.send(out, b)
		}
		f.wait = nil
	}
	dst, _ := v.Addr(frame.IPDst)
	if group := len(dst) == 4 && dst[0]&0xf0 == 0xe0; v.Transport == vm.TransportTCP && !group {
		f.segment(&v, out)
	}
	return sut.OK
}

func (f *fake) segment(v *frame.View, out sut.Sink) {
	flags, _ := v.Get(frame.TCPFlags)
	seq, _ := v.Get(frame.TCPSeq)
	ack, _ := v.Get(frame.TCPAck)
	switch {
	case flags&frame.SYN != 0:
		f.rcvNxt, f.sndUna, f.sndNxt = seq+1, f.isn, f.isn+1
		f.tcp(out, frame.SYN|frame.ACK, f.isn, []byte{2, 4, 5, 0xb4, 1, 3, 3, 7}, nil)
		return
	case ack == f.isn+1 && f.accept != 0:
		id := f.accept
		f.accept, f.sndUna = 0, ack
		r := sut.Result{Ret: 4, Addr: sut.Addr{Family: sut.DomainIPv4, Port: 8080}}
		copy(r.Addr.IP[:], []byte{192, 0, 2, 1})
		if f.onResult != nil {
			f.onResult(f, &sut.Call{Op: sut.OpAccept}, &r)
		}
		out.Done(f.now+f.lie, id, &r)
	}
	f.sndUna = ack
	if len(v.Payload()) > 0 && seq == f.rcvNxt {
		f.got = append(f.got, v.Payload()...)
		f.rcvNxt += uint32(len(v.Payload()))
		f.tcp(out, frame.ACK, f.sndNxt, nil, nil)
	}
}

// tcp sends a segment of the connection, after ARP where that is needed.
func (f *fake) tcp(out sut.Sink, flags, seq uint32, opts, data []byte) {
	b := f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportTCP, Options: len(opts), Payload: len(data)}, func(v *frame.View) {
		v.Set(frame.TCPSrcPort, 80)
		v.Set(frame.TCPDstPort, 8080)
		v.Set(frame.TCPFlags, flags)
		v.Set(frame.TCPSeq, seq)
		v.Set(frame.TCPAck, f.rcvNxt)
		v.Set(frame.TCPWin, 5840)
		copy(v.Options(), opts)
		copy(v.Payload(), data)
	})
	if f.mac == nil {
		f.wait = append(f.wait, b)
		f.askARP(out)
		return
	}
	f.send(out, b)
}

func (f *fake) askARP(out sut.Sink) {
	f.send(out, f.build(frame.Layout{Net: vm.NetARP}, func(v *frame.View) {
		v.SetAddr(frame.EthDst, []byte{255, 255, 255, 255, 255, 255})
		v.SetAddr(frame.ARPSHA, f.cfg.MAC[:])
		v.SetAddr(frame.ARPSPA, f.cfg.Addr4[:])
		v.SetAddr(frame.ARPTPA, []byte{192, 0, 2, 1})
	}))
}

// build is a frame from the stack to the peer.
func (f *fake) build(l frame.Layout, fill func(v *frame.View)) []byte {
	var v frame.View
	buf := make([]byte, frame.MaxLen)
	if !frame.Build(buf, &l, &v) {
		panic("no such layout")
	}
	v.SetAddr(frame.EthDst, f.mac)
	v.SetAddr(frame.EthSrc, f.cfg.MAC[:])
	if l.Net == vm.NetIPv4 {
		v.SetAddr(frame.IPSrc, f.cfg.Addr4[:])
		v.SetAddr(frame.IPDst, []byte{192, 0, 2, 1})
	} else {
		v.SetAddr(frame.IPSrc, f.cfg.Addr6[:])
	}
	fill(&v)
	v.Repair()
	if f.noPad {
		return v.B
	}
	return frame.Pad(buf, v.B, frame.MinLen, 0)
}

func (f *fake) send(out sut.Sink, b []byte) {
	all := [][]byte{b}
	if f.onFrame != nil {
		if other := f.onFrame(f, f.now, b); other != nil {
			all = other
		}
	}
	for _, b := range all {
		out.Frame(f.now+f.lie, b)
	}
}

// isTCP tells a segment with data, or one with these flags.
func isTCP(b []byte, flags byte) bool {
	return len(b) >= 54 && binary.BigEndian.Uint16(b[12:]) == 0x800 && b[23] == 6 && b[47] == flags
}
