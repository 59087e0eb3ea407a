package grid

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
)

// The stream of the overlaps: what has come in sequence, a hole, what has come beyond it, and what has not come yet.
var (
	overlapOld  = oracle.Range{From: 1, To: 11}
	overlapHeld = oracle.Range{From: 21, To: 31}
)

const overlapEnd = 41

// overlapEdges are where a segment that overlaps begins and ends: at the edges of what is there, a byte beside them, and
// between.
var overlapEdges = []uint32{1, 2, 10, 11, 12, 15, 20, 21, 22, 25, 30, 31, 32, overlapEnd}

// tcpOverlaps are segments that overlap what has come, with other bytes in them. RFC 9293 3.10.7.4 has a segment trimmed of
// what has been received; of two copies of a byte this suite wants the first, in every place, as nothing that was
// acknowledged or reported by SACK may change. The connection is read before the segment comes, or after.
func tcpOverlaps() (cases []*build.Case) {
	for _, read := range []bool{false, true} {
		for i, from := range overlapEdges {
			for _, to := range overlapEdges[i+1:] {
				cases = append(cases, overlap(oracle.Range{From: from, To: to}, read))
			}
		}
	}
	return cases
}

// overlap is one segment. Each byte says which segment it came with: the first (a to z), the one that overlaps (A to Z), or the
// last, which has all of the stream (digits).
func overlap(second oracle.Range, read bool) *build.Case {
	when, slug := "not read yet", "unread"
	if read {
		when, slug = "read", "read"
	}
	level := script.Must
	if second.From < overlapHeld.To && second.To > overlapHeld.From {
		level = script.Should
	}
	const phrase = "of each byte the copy that came first is read"
	c := build.New(fmt.Sprintf("tcp/overlaps/%s/%d-%d", slug, second.From, second.To),
		fmt.Sprintf("Of 1:11, which is %s, and 21:31, which is held, other copies come in %d:%d. They do not take the place of the first.",
			when, second.From, second.To)).
		Reqs("RFC9293:3.10.7.4:1", "RFC9293 SHLD-31").Level(level).Forms(script.IPv4, script.IPv6).Twin("data", phrase)
	enterEstablished(c)
	s := stream{c: c, r: oracle.Receiver{RcvNxt: 1}}
	s.comes(overlapOld, 'a', "the first ten bytes are acknowledged")
	if read {
		c.Line(fmt.Sprintf("read(4, %q, 100) = %d", s.text[1:11], 10), "they are read")
	}
	s.comes(overlapHeld, 'a', "an ACK names the hole")
	s.comes(second, 'A', "what is new is acknowledged")
	s.comes(oracle.Range{From: 1, To: overlapEnd}, '0', "all is there")
	from := uint32(1)
	if read {
		from = overlapOld.To
	}
	return c.Line(fmt.Sprintf("read(4, %q, 100) = %d", s.text[from:overlapEnd], overlapEnd-from), phrase)
}

// stream is what a stack has received, with the first copy of each byte.
type stream struct {
	c    *build.Case
	r    oracle.Receiver
	text [overlapEnd]byte
}

// comes has the peer send a part of the stream, whose bytes are those from first on, and the stack acknowledge it.
func (s *stream) comes(part oracle.Range, first byte, phrase string) {
	var b strings.Builder
	for at := part.From; at < part.To; at++ {
		x := first + byte(at%10)
		if s.text[at] == 0 {
			s.text[at] = x
		}
		b.WriteByte(x)
	}
	a := s.r.Arrive(part, false)
	s.c.After(tick).In(build.TCP("P.", part.From, uint16(b.Len())).Ack(1).Win(65535).Data([]byte(b.String())))
	if part != overlapOld || a.AtOnce {
		s.c.Out(own(1, s.r.RcvNxt), phrase)
		return
	}
	s.c.Within(5*tick).Out(own(1, s.r.RcvNxt), phrase)
}
