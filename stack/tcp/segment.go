package tcp

import "stackproof/stack/wire"

// Flags are the control bits of a segment.
type Flags = wire.TCPFlags

// The control bits by the names of RFC 9293 3.1.
const (
	FIN = wire.FlagFIN
	SYN = wire.FlagSYN
	RST = wire.FlagRST
	PSH = wire.FlagPSH
	ACK = wire.FlagACK
	URG = wire.FlagURG
)

// Segment is what a connection sees of a segment: the header without ports and checksum, and how much data follows.
type Segment struct {
	Seq   Seq
	Ack   Seq // means something only with ACK
	Flags Flags
	Wnd   uint16 // as it stands in the header
	Urg   uint16 // the urgent pointer; means something only with URG
	Len   int    // bytes of data
	ECN   uint8  // what the header of its packet says of congestion: wire.ECNCE ...
	Options

	wnd int // Wnd in bytes, of a segment that has arrived
}

// seqLen returns SEG.LEN: the data, and one each for SYN and FIN.
func (g *Segment) seqLen() int { return g.Len + int(g.Flags.SeqLen()) }

// end returns the sequence number behind the segment.
func (g *Segment) end() Seq { return g.Seq.Add(g.seqLen()) }

// Reset returns the reset that answers a segment for which there is no connection, or whose acknowledgment is not
// acceptable (RFC 9293 3.5.2, 3.10.7.1). ok is false for a segment that is a reset itself.
func Reset(g *Segment) (rst Segment, ok bool) {
	switch {
	case g.Flags.Has(RST):
		return Segment{}, false
	case g.Flags.Has(ACK):
		return Segment{Seq: g.Ack, Flags: RST}, true
	}
	return Segment{Ack: g.end(), Flags: RST | ACK}, true
}

// OnListen says what a segment means to a listener (RFC 9293 3.10.7.2): syn is true if it asks for a connection, else
// the result says what to do.
func OnListen(g *Segment) (r Result, syn bool) {
	switch {
	case g.Flags.Has(RST):
		return Result{Drop: DropRST}, false
	case g.Flags.Has(ACK):
		return Result{Drop: DropBadAck, Reset: true}, false
	case !g.Flags.Has(SYN):
		return Result{Drop: DropNoAck}, false
	}
	return Result{}, true
}
