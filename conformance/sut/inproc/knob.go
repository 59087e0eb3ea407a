package inproc

import (
	"math"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
	"stackproof/stack/tcp"
)

// most is the greatest value of each knob; a knob that is not here is not supported.
var most = [...]int64{
	sut.KnobMSL: int64(24 * time.Hour / time.Millisecond), sut.KnobDAD: 255, sut.KnobARPProbe: 1, sut.KnobNodes: 1,
	sut.KnobJoin4: 1<<28 - 1, sut.KnobLeave4: 1<<28 - 1, sut.KnobJoin6: math.MaxInt32, sut.KnobLeave6: math.MaxInt32,
	sut.KnobTimestamps: 1, sut.KnobWindowScale: 1, sut.KnobSACK: 1, sut.KnobECN: 2, sut.KnobSYNCookies: 1,
	sut.KnobDelayedACK: int64(tcp.MaxAckDelay/time.Millisecond) - 1,
	sut.KnobRecvBuffer: math.MaxInt32, sut.KnobSendBuffer: math.MaxInt32,
	sut.KnobKeepIdle: int64(posix.MaxKeepTime / time.Millisecond), sut.KnobKeepCount: posix.MaxKeepCount,
	sut.KnobKeepInterval: int64(posix.MaxKeepTime / time.Millisecond), sut.KnobKeepGarbage: 1,
	sut.KnobMostRecv: 1 << 30, sut.KnobABC: tcp.Unlimited, sut.KnobIdleRestart: 1, sut.KnobNeedTimestamps: 1, sut.KnobInitialWindow: 255,
	sut.KnobInitialRTO: mostRTO, sut.KnobMinRTO: mostRTO, sut.KnobMaxRTO: mostRTO, sut.KnobRTOSlack: mostRTO,
	sut.KnobRACK: 1, sut.KnobCUBIC: 1,
}

// mostRTO is the greatest value of the bounds of the retransmission timeout, a day in milliseconds.
const mostRTO = int64(24 * time.Hour / time.Millisecond)

// absent tells whether a knob is for something that this stack does not do: it is off.
func absent(k sut.Knob) bool {
	switch k {
	case sut.KnobBlackhole, sut.KnobLooseRST, sut.KnobLooseSYN, sut.KnobPlainSYN:
		return true
	}
	return false
}

// Knob sets a parameter. Malformed: the value makes no sense. Unsupported: it does, with more memory.
func (h *Host) Knob(k sut.Knob, value int64, out sut.Sink) sut.Status {
	switch {
	case !h.ready:
		return sut.Malformed
	case value == 0 && absent(k):
		return sut.OK
	case int(k) >= len(most) || most[k] == 0, k == sut.KnobECN && value > most[k], // elsewhere 3 and more are AccECN (RFC 9768)
		k == sut.KnobSYNCookies && value > most[k]:
		return sut.Unsupported
	case value < 0 || value > most[k]:
		return sut.Malformed
	}
	c := stack.OK
	switch k {
	case sut.KnobMSL:
		h.stack.TCPSetMSL(milliseconds(int32(value)))
	case sut.KnobDAD:
		h.cfg.DADTransmits = uint8(value)
	case sut.KnobARPProbe:
		h.cfg.ARPProbe = value != 0
	case sut.KnobNodes:
		h.cfg.ReportNodes = value != 0
	case sut.KnobSYNCookies:
		h.stack.TCPSetCookies(value != 0)
	case sut.KnobTimestamps:
		h.without(tcp.Timestamps, value == 0)
	case sut.KnobWindowScale:
		h.without(tcp.WindowScale, value == 0)
	case sut.KnobSACK:
		h.without(tcp.SACK, value == 0)
	case sut.KnobECN:
		h.without(tcp.ECN, value == 0)
		c = h.setDefaults(k, value)
	case sut.KnobJoin4, sut.KnobLeave4, sut.KnobJoin6, sut.KnobLeave6:
		c = h.membership(k, uint32(value))
	default:
		c = h.setDefaults(k, value)
	}
	switch c {
	case stack.OK:
	case stack.NoBuffers:
		return sut.Unsupported
	default:
		return sut.Malformed
	}
	h.stack.SetClaims(h.cfg.DADTransmits, h.cfg.ARPProbe, h.cfg.ReportNodes)
	h.settle(out, nil, nil)
	return sut.OK
}

// without has new connections do without a TCP option, or not.
func (h *Host) without(o tcp.OptionSet, off bool) {
	h.cfg.TCPWithout &^= o
	if off {
		h.cfg.TCPWithout |= o
	}
	h.stack.TCPSetWithout(h.cfg.TCPWithout)
}

// setDefaults changes the settings of TCP that new sockets have.
func (h *Host) setDefaults(k sut.Knob, value int64) stack.Cause {
	v := h.stack.TCPDefaults()
	switch k {
	case sut.KnobRecvBuffer:
		v.RcvBuf = nonzero(value)
	case sut.KnobSendBuffer:
		v.SndBuf = nonzero(value)
	case sut.KnobMostRecv:
		v.RcvMost = int32(value)
	case sut.KnobDelayedACK:
		v.AckDelay = milliseconds(int32(value))
		if value == 0 {
			v.AckDelay = -1
		}
	case sut.KnobKeepIdle:
		v.KeepIdle = milliseconds(int32(value))
	case sut.KnobKeepInterval:
		v.KeepInterval = milliseconds(int32(value))
	case sut.KnobKeepCount:
		v.KeepCount = uint8(value)
	case sut.KnobECN:
		v.OfferECN = value == 1
	case sut.KnobKeepGarbage:
		v.KeepGarbage = value != 0
	default:
		tune(&v.Tuning, k, value)
	}
	return h.stack.TCPSetDefaults(&v)
}

// tune changes what RFCs leave to the sender; 0 is the default of a number.
func tune(t *tcp.Tuning, k sut.Knob, value int64) {
	switch k {
	case sut.KnobABC:
		t.ABC = uint8(value)
	case sut.KnobRACK:
		t.NoRACK = value == 0
	case sut.KnobCUBIC:
		t.Reno = value == 0
	case sut.KnobInitialWindow:
		t.InitialWindow = uint8(value)
	case sut.KnobIdleRestart:
		t.NoRestart = value == 0
	case sut.KnobNeedTimestamps:
		t.LaxTimestamps = value == 0
	case sut.KnobInitialRTO:
		t.InitialRTO = milliseconds(int32(value))
	case sut.KnobMinRTO:
		t.MinRTO = milliseconds(int32(value))
	case sut.KnobMaxRTO:
		t.MaxRTO = milliseconds(int32(value))
	case sut.KnobRTOSlack:
		t.RTOSlack = milliseconds(int32(value))
	}
}

// nonzero is the length of a queue, which cannot be 0; -1, which the stack refuses, stands for that.
func nonzero(n int64) int32 {
	if n == 0 {
		return -1
	}
	return int32(n)
}

// membership joins or leaves a group.
func (h *Host) membership(k sut.Knob, n uint32) stack.Cause {
	group := socket.Endpoint4([4]byte{0xe0 | byte(n>>24), byte(n >> 16), byte(n >> 8), byte(n)}, 0).Addr
	if k == sut.KnobJoin6 || k == sut.KnobLeave6 {
		group = socket.Endpoint6([16]byte{0xff, 0x0e, 12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)}, 0).Addr
	}
	if k == sut.KnobLeave4 || k == sut.KnobLeave6 {
		return h.stack.MulticastLeave(group)
	}
	return h.stack.MulticastJoin(group)
}
