package grid

import (
	"fmt"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// event is what comes in a state.
type event struct {
	slug string
	what string
	seg  func(s *state) build.Packet
	bugs []string
}

// far is far outside of any window without a scale, and of a scaled one that is no larger than a megabyte.
const far = 1 << 20

// data is a segment with ten bytes.
func data(flags string, seq, n uint32) build.Packet {
	return build.TCP(flags, seq, 10).Ack(n).Win(65535)
}

var (
	synIn = event{"syn-in-window", "a SYN in the window", func(s *state) build.Packet {
		return build.TCP("S", s.rcv, 0).Win(65535).Options("mss 1460")
	}, []string{"lwip-adbc5b5f"}}
	synOld = event{"syn-old", "a SYN from before the window", func(s *state) build.Packet {
		return build.TCP("S", s.rcv-1, 0).Win(65535).Options("mss 1460")
	}, []string{"lwip-adbc5b5f"}}
	synFar = event{"syn-outside", "a SYN beyond the window", func(s *state) build.Packet {
		return build.TCP("S", s.rcv+far, 0).Win(65535).Options("mss 1460")
	}, []string{"lwip-adbc5b5f"}}
	ackBad = event{"ack-of-unsent", "an ACK of what was not sent", func(s *state) build.Packet {
		return ack(s.rcv, s.snd+1000)
	}, nil}
	ackOld = event{"ack-without-fin", "an ACK that does not cover the FIN", func(s *state) build.Packet {
		return ack(s.rcv, s.snd-1)
	}, []string{"lneto-last-ack"}}
	ackFIN = event{"ack-of-fin", "the ACK of the FIN", func(s *state) build.Packet { return ack(s.rcv, s.snd) }, nil}
	rstAt  = event{"rst-exact", "a reset with just the next number", func(s *state) build.Packet {
		return build.TCP("R", s.rcv, 0)
	}, []string{"gvisor-pr12567"}}
	rstIn = event{"rst-in-window", "a reset elsewhere in the window", func(s *state) build.Packet {
		return build.TCP("R", s.rcv+100, 0)
	}, nil}
	rstFar = event{"rst-outside", "a reset beyond the window", func(s *state) build.Packet {
		return build.TCP("R", s.rcv+far, 0)
	}, nil}
	rstOld = event{"rst-old", "a reset from before the window", func(s *state) build.Packet {
		return build.TCP("R", s.rcv-1, 0)
	}, nil}
	fin = event{"fin", "a FIN", func(s *state) build.Packet {
		return build.TCP("F.", s.rcv, 0).Ack(s.snd).Win(65535)
	}, nil}
	finBare = event{"fin-alone", "a FIN that does not acknowledge ours", func(s *state) build.Packet {
		return build.TCP("F.", s.rcv, 0).Ack(s.snd - 1).Win(65535)
	}, nil}
	finOld = event{"fin-again", "the FIN once more", func(s *state) build.Packet {
		return build.TCP("F.", s.rcv-1, 0).Ack(s.snd).Win(65535)
	}, nil}
	dataFar = event{"data-outside", "data beyond the window", func(s *state) build.Packet {
		return data("P.", s.rcv+far, s.snd)
	}, nil}
	dataOld = event{"data-old", "data that has come before", func(s *state) build.Packet {
		return data("P.", s.rcv-10, s.snd)
	}, nil}
	dataNoAck = event{"data-without-ack", "data without ACK", func(s *state) build.Packet {
		return build.TCP("P", s.rcv, 10).Win(65535)
	}, nil}
	finNoAck = event{"fin-without-ack", "a FIN without ACK", func(s *state) build.Packet {
		return build.TCP("F", s.rcv, 0).Win(65535)
	}, nil}
	dataLate = event{"data", "data", func(s *state) build.Packet { return data("P.", s.rcv, s.snd-1) }, nil}
	dataIn   = event{"data", "data", func(s *state) build.Packet { return data("P.", s.rcv, s.snd) }, nil}
)

// cell is a place of the grid.
type cell struct {
	s    *state
	e    event
	reqs []string
}

// in is the cell of a state and an event. reqs are the requirements that say what happens there.
func in(s *state, e event, reqs ...string) cell { return cell{s, e, reqs} }

// begin writes everything up to the reaction.
func (x cell) begin(reaction, twin, phrase string) *build.Case {
	build.Helper()
	c := build.New("tcp/grid/"+x.s.slug+"/"+x.e.slug, fmt.Sprintf("In %s %s %s.", x.s.name, x.e.what, reaction)).
		Reqs(x.reqs...).Level(script.Must).Forms(script.IPv4, script.IPv6).Twin(twin, phrase)
	if x.e.bugs != nil {
		c.Bug(x.e.bugs...)
	}
	x.s.enter(c)
	return c.In(x.e.seg(x.s))
}

// acked: the answer is an ACK of all that has been received, and the state stays.
func (x cell) acked() *build.Case {
	build.Helper()
	const phrase = "an ACK tells what was received"
	c := x.begin("is answered by an ACK of what was received, and is not processed", "out tcp.ack+1", phrase)
	c.Out(own(x.s.snd, x.s.rcv), phrase)
	x.s.stays(c, x.s.rcv, x.s.snd)
	return c
}

// taken: the FIN is acknowledged, and the connection is there still.
func (x cell) taken() *build.Case {
	build.Helper()
	const phrase = "the FIN is acknowledged"
	c := x.begin("is acknowledged", "out tcp.ack+1", phrase)
	c.Within(5*tick).Out(own(x.s.snd, x.s.rcv+1), phrase)
	x.s.stays(c, x.s.rcv+1, x.s.snd)
	return c
}

// reset: the answer is a reset with what was acknowledged as its number, and the state stays.
func (x cell) reset(seq uint32) *build.Case {
	build.Helper()
	const phrase = "a reset with the acknowledged number"
	c := x.begin("is answered by a reset, and changes nothing", "out tcp.seq+1", phrase)
	c.Out(build.TCP("R", seq, 0), phrase)
	x.s.stays(c, x.s.rcv, x.s.snd)
	return c
}

// refused: the answer is a reset from sequence number 0 that acknowledges what came.
func (x cell) refused(n uint32) *build.Case {
	build.Helper()
	const phrase = "a reset acknowledges it"
	c := x.begin("is answered by a reset from number 0", "out tcp.ack+1", phrase)
	return c.Line(fmt.Sprintf("> R. 0:0(0)! ack %d", n), phrase)
}

// silent: there is no answer, and the state stays. fault is what the twin lets in instead.
func (x cell) silent(fault string, args ...any) *build.Case {
	build.Helper()
	const phrase = "it is not answered"
	c := x.begin("is dropped without a word", fmt.Sprintf("in "+fault, args...), phrase)
	c.Idle(3*tick, phrase)
	x.s.stays(c, x.s.rcv, x.s.snd)
	return c
}

// ends: there is no answer, and nothing is left of the connection. fault is what the twin lets in instead.
func (x cell) ends(fault string, args ...any) *build.Case {
	build.Helper()
	const phrase = "it is not answered"
	c := x.begin("ends the connection without a word", fmt.Sprintf("in "+fault, args...), phrase)
	c.Idle(3*tick, phrase)
	gone(c, x.s.rcv, x.s.snd)
	return c
}

// finAgain: there is no answer, and the FIN is sent again when its time has come.
func (x cell) finAgain() *build.Case {
	build.Helper()
	const phrase = "the FIN is sent again"
	c := x.begin("does not end it: the FIN is sent again", fmt.Sprintf("in tcp.ack=%d", x.s.snd), phrase)
	return c.Whenever().Out(build.TCP("F.", x.s.snd-1, 0).Ack(x.s.rcv), phrase)
}

// finDone: there is no answer, and the FIN is not sent again.
func (x cell) finDone() *build.Case {
	build.Helper()
	const phrase = "the FIN is not sent again"
	c := x.begin("ends the sending", fmt.Sprintf("in tcp.ack=%d", x.s.snd-1), phrase)
	return c.Idle(50*tick, phrase)
}
