// Package oracle says what RFC 9293 3.10.7 has an endpoint of TCP do about a segment: what it answers, and which state it
// is in afterwards. It is a table of rules in the RFC's own order (rules.go), to be read beside it, and shares nothing with
// a stack. Windows are not scaled here, and there are no options.
package oracle

// State is one of RFC 9293 3.3.2.
type State uint8

const (
	Closed State = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	states
)

var stateNames = [states]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
	"TIME-WAIT",
}

// String is the RFC's name.
func (s State) String() string { return stateNames[s] }

// Flags are a segment's control bits, as they stand in the header.
type Flags uint8

const (
	FIN Flags = 0x01
	SYN Flags = 0x02
	RST Flags = 0x04
	ACK Flags = 0x10
)

// Has tells whether all of f are set.
func (g Flags) Has(f Flags) bool { return g&f == f }

// Segment is SEG.SEQ, SEG.ACK and what else RFC 9293 3.3.1 calls the current segment variables. Seq and Ack are relative,
// modulo 2^32: either side's SYN is 0.
type Segment struct {
	Flags    Flags
	Seq, Ack uint32
	Text     uint32 // bytes
}

// Len is SEG.LEN: the text, and one each for SYN and FIN.
func (g *Segment) Len() uint32 {
	n := g.Text
	if g.Flags.Has(SYN) {
		n++
	}
	if g.Flags.Has(FIN) {
		n++
	}
	return n
}

// Block is what of a connection's control block (RFC 9293 3.3.1) decides what is done about a segment.
type Block struct {
	State   State
	Passive bool // it came from LISTEN

	ISS, SndUna, SndNxt uint32
	MaxSndWnd           uint32 // MAX.SND.WND: the largest window that the peer has offered (RFC 5961 5.2)
	RcvNxt, RcvWnd      uint32

	Read uint32 // bytes that the application can read
	Held Range  // what has come beyond a hole; nothing: From == To
	// HeldFIN: behind what is held stands a FIN.
	HeldFIN bool
}

// Range is the text from From up to, but not with, To.
type Range struct{ From, To uint32 }

// Reaction is what is done about a segment.
type Reaction struct {
	// Reply is the answer; nil: none.
	Reply *Segment
	// Delayed: it may wait for half a second, as the acknowledgment of text may (RFC 9293 MUST-40 and its like).
	Delayed bool
	// After is the connection afterwards. CLOSED or LISTEN mean that it is gone.
	After Block
	// Rules are those that had a say, in their order; the last decided it.
	Rules []*Rule
	// Reset: the connection was ended by a reset.
	Reset bool
}

// React is what is done about a segment.
func React(b Block, g Segment) Reaction {
	t := &turn{Block: b, g: g}
	t.run(book[b.State])
	if t.ack && t.reply == nil {
		t.reply = &Segment{Flags: ACK, Seq: t.SndNxt, Ack: t.RcvNxt}
	}
	return Reaction{t.reply, t.delayed, t.Block, t.rules, t.wasReset}
}

// turn is a segment on its way through the rules.
type turn struct {
	Block
	g        Segment
	reply    *Segment
	ack      bool // an ACK of what has been received is the answer
	delayed  bool
	wasReset bool
	rules    []*Rule
}

// Rule is a sentence of RFC 9293 3.10.7 (or of one that it includes): in these states, if so, do that.
type Rule struct {
	Reqs []string // where it stands: ids of the register
	in   set      // of states
	when func(*turn) bool
	then func(*turn)
	// ends: "and return", "drop the segment". The others go on to the next step.
	ends bool
}

// run obeys the rules in their order until one ends it.
func (t *turn) run(rules []Rule) {
	for i := range rules {
		r := &rules[i]
		if !r.in.has(t.State) || !r.when(t) {
			continue
		}
		t.rules = append(t.rules, r)
		r.then(t)
		if r.ends {
			return
		}
	}
}

// set is a set of states.
type set uint16

func of(all ...State) (s set) {
	for _, x := range all {
		s |= 1 << x
	}
	return s
}

func (s set) has(x State) bool { return s>>x&1 != 0 }

// Comparisons of sequence numbers, modulo 2^32 (RFC 9293 3.4).
func less(a, b uint32) bool   { return int32(a-b) < 0 }
func atMost(a, b uint32) bool { return int32(a-b) <= 0 }

// Reopens tells whether the rule begins a new connection where an old one was.
func (r *Rule) Reopens() bool { return r.Reqs[0] == "RFC9293 MAY-2" }
