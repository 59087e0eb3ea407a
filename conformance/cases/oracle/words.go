package oracle

// The rules' words: what can be asked of a segment, and what can be done about it.

func has(f Flags) func(*turn) bool   { return func(t *turn) bool { return t.g.Flags.Has(f) } }
func lacks(f Flags) func(*turn) bool { return not(has(f)) }

func not(p func(*turn) bool) func(*turn) bool { return func(t *turn) bool { return !p(t) } }

func all(ps ...func(*turn) bool) func(*turn) bool {
	return func(t *turn) bool {
		for _, p := range ps {
			if !p(t) {
				return false
			}
		}
		return true
	}
}

func either(a, b func(*turn) bool) func(*turn) bool {
	return func(t *turn) bool { return a(t) || b(t) }
}

func anything(*turn) bool  { return true }
func hasText(t *turn) bool { return t.g.Text > 0 }
func passive(t *turn) bool { return t.Passive }

// inside: RCV.NXT =< n < RCV.NXT + RCV.WND.
func (t *turn) inside(n uint32) bool { return atMost(t.RcvNxt, n) && less(n, t.RcvNxt+t.RcvWnd) }

func beginsInside(t *turn) bool { return t.inside(t.g.Seq) }
func exact(t *turn) bool        { return t.g.Seq == t.RcvNxt }
func early(t *turn) bool        { return less(t.RcvNxt, t.g.Seq) }

// acceptable is table 6 of RFC 9293 3.4, for a window that is open.
func acceptable(t *turn) bool {
	n := t.g.Len()
	return beginsInside(t) || n > 0 && t.inside(t.g.Seq+n-1)
}

// beyond: it is ahead of all that has come, and cannot be an old duplicate. RFC 9293 3.6.1 leaves open by how much; that
// RCV.NXT itself is not enough is how BSD has always had it.
func beyond(t *turn) bool { return less(t.RcvNxt, t.g.Seq) }

// again: it is the SYN that began the connection.
func again(t *turn) bool { return t.g.Seq+1 == t.RcvNxt }

// acksSYN: SEG.ACK is neither =< ISS nor > SND.NXT.
func acksSYN(t *turn) bool { return less(t.ISS, t.g.Ack) && atMost(t.g.Ack, t.SndNxt) }

// acksNew: SND.UNA < SEG.ACK =< SND.NXT.
func acksNew(t *turn) bool { return less(t.SndUna, t.g.Ack) && atMost(t.g.Ack, t.SndNxt) }

func acksUnsent(t *turn) bool { return less(t.SndNxt, t.g.Ack) }

// acksLongAgo: SEG.ACK < SND.UNA - MAX.SND.WND.
func acksLongAgo(t *turn) bool { return less(t.g.Ack, t.SndUna-t.MaxSndWnd) }

// acksFIN: our FIN was the last that was sent.
func acksFIN(t *turn) bool { return t.SndUna != t.SndNxt && t.g.Ack == t.SndNxt }

func nothing(*turn) {}
func drop(*turn)    {}

// acknowledge: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
func acknowledge(t *turn) { t.ack = true }

// reset: <SEQ=SEG.ACK><CTL=RST>.
func reset(t *turn) { t.reply = &Segment{Flags: RST, Seq: t.g.Ack} }

// refuse: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. The 0 is not relative.
func refuse(t *turn) { t.reply = &Segment{Flags: RST | ACK, Ack: t.g.Seq + t.g.Len()} }

// begin: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>, where RCV.NXT is SEG.SEQ+1. Other controls and text wait.
func begin(t *turn) {
	t.Passive = t.State == Listen
	t.State = SynReceived
	t.RcvNxt = t.g.Seq + 1
	t.SndUna, t.SndNxt = t.ISS, t.ISS+1
	t.Held = Range{t.RcvNxt, t.RcvNxt + t.g.Text}
	t.HeldFIN = t.g.Flags.Has(FIN)
	synAckAgain(t)
}

// reopen is begin in TIME-WAIT. The new ISS is not known here: it is beyond all that was used.
func reopen(t *turn) {
	begin(t)
	t.Passive = true
	t.reply.Seq = 0
}

func synAckAgain(t *turn) { t.reply = &Segment{Flags: SYN | ACK, Seq: t.ISS, Ack: t.RcvNxt} }

// open: SND.UNA is advanced, and the answer is an ACK of the SYN and of what comes with it.
func open(t *turn) {
	t.State, t.RcvNxt, t.SndUna = Established, t.g.Seq+1, t.g.Ack
	t.g.Seq++
	acknowledge(t)
}

func establish(t *turn) { t.State, t.SndUna = Established, t.g.Ack }
func advance(t *turn)   { t.SndUna = t.g.Ack }

func become(s State) func(*turn) {
	return func(t *turn) { t.State, t.SndUna = s, t.g.Ack }
}

// take: the text that is new and in the window goes to the user, and is acknowledged in its time.
func take(t *turn) {
	n := t.g.Seq + t.g.Text - t.RcvNxt
	t.RcvNxt += n
	t.Read += n
	t.delayed = !t.ack
	acknowledge(t)
}

// hold: what has come early is acknowledged at once by what is missing (RFC 5681 4.2), and kept as far as it lies in the
// window.
func hold(t *turn) {
	edge := t.RcvNxt + t.RcvWnd
	t.Held = Range{t.g.Seq, t.g.Seq + t.g.Text}
	t.HeldFIN = t.g.Flags.Has(FIN)
	if less(edge, t.g.Seq+t.g.Len()) {
		t.Held.To, t.HeldFIN = edge, false
	}
	acknowledge(t)
}

// waited: the hole before what is held is filled.
func waited(t *turn) bool {
	return (t.Held.From != t.Held.To || t.HeldFIN) && atMost(t.Held.From, t.RcvNxt)
}

// takeHeld goes on with what is held. That a hole is filled is acknowledged at once (RFC 5681 4.2).
func takeHeld(t *turn) {
	n := t.Held.To - t.RcvNxt
	t.RcvNxt += n
	t.Read += n
	if t.HeldFIN {
		t.g.Flags |= FIN // for the eighth step
	}
	t.Held, t.HeldFIN = Range{}, false
	t.delayed = false
	acknowledge(t)
}

// finish: RCV.NXT is advanced over the FIN, which is acknowledged.
func finish(next State) func(*turn) {
	return func(t *turn) {
		t.State, t.delayed = next, false
		t.RcvNxt++
		acknowledge(t)
	}
}

// end: the connection is closed, and nobody is told.
func end(t *turn) { t.State = Closed }

// die: the connection is aborted, and its user is told.
func die(t *turn) { t.State, t.wasReset = Closed, true }

// goBack: what came from LISTEN goes back there, and nobody is told.
func goBack(t *turn) { t.State = Listen }
