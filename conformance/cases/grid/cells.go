package grid

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
)

// stimulus is one value of a dimension of the cells, with the slug that it has in ids.
type stimulus[T any] struct {
	slug  string
	value T
}

var (
	cellFlags = []stimulus[oracle.Flags]{
		{"syn", oracle.SYN}, {"syn-ack", oracle.SYN | oracle.ACK}, {"syn-fin", oracle.SYN | oracle.FIN}, {"ack", oracle.ACK},
		{"fin", oracle.FIN}, {"fin-ack", oracle.FIN | oracle.ACK}, {"rst", oracle.RST}, {"rst-ack", oracle.RST | oracle.ACK}, {"none", 0},
	}
	// cellSeqs are positions in the receive window of a segment that takes n numbers of it.
	cellSeqs = []stimulus[func(b *oracle.Block, n uint32) uint32]{
		{"seq-before", func(b *oracle.Block, n uint32) uint32 { return b.RcvNxt - max(n, 1) }},
		{"seq-first", func(b *oracle.Block, _ uint32) uint32 { return b.RcvNxt }},
		{"seq-middle", func(b *oracle.Block, _ uint32) uint32 { return b.RcvNxt + b.RcvWnd/2 }},
		{"seq-last", func(b *oracle.Block, _ uint32) uint32 { return b.RcvNxt + b.RcvWnd - 1 }},
		{"seq-behind", func(b *oracle.Block, _ uint32) uint32 { return b.RcvNxt + b.RcvWnd }},
	}
	// cellAcks are positions beside the numbers that can be acknowledged, with RFC 5961 5.2's idea of what that is.
	cellAcks = []stimulus[func(b *oracle.Block) uint32]{
		{"ack-before", func(b *oracle.Block) uint32 { return firstAck(b) - 1 }},
		{"ack-first", firstAck},
		{"ack-last", func(b *oracle.Block) uint32 { return b.SndNxt }},
		{"ack-behind", func(b *oracle.Block) uint32 { return b.SndNxt + 1 }},
	}
	cellTexts = []stimulus[uint32]{{"empty", 0}, {"text", 10}}
)

// firstAck is the least number that a synchronised connection takes for an acknowledgment, and otherwise the greatest that
// acknowledges nothing.
func firstAck(b *oracle.Block) uint32 { return b.SndUna - b.MaxSndWnd }

// tcpCells are all states times all segments of the dimensions above. What must come of each the oracle says.
func tcpCells() (cases []*build.Case) {
	for i := range situations {
		s := &situations[i]
		for _, flags := range cellFlags {
			for _, seq := range cellSeqs {
				for _, ack := range cellAcks {
					for _, text := range cellTexts {
						g := oracle.Segment{Flags: flags.value, Ack: ack.value(&s.block), Text: text.value}
						g.Seq = seq.value(&s.block, g.Len())
						slug := fmt.Sprintf("%s/%s/%s-%s-%s", s.slug, flags.slug, seq.slug, ack.slug, text.slug)
						cases = append(cases, cellOf(s, slug, g))
					}
				}
			}
		}
	}
	return cases
}

// cellOf writes one cell: the way into the state, the segment, the reaction, and what shows the state afterwards.
func cellOf(s *situation, slug string, g oracle.Segment) *build.Case {
	r := oracle.React(s.block, g)
	title := fmt.Sprintf("In %s: %s. Afterwards: %s.", s.block.State, describe(&g), r.After.State)
	c := build.New("tcp/cells/"+slug, title).Reqs(proven(&r)...).Level(levelOf(&r)).Forms(script.IPv4, script.IPv6).
		Twin(twinOf(s, &g, &r), reaction).Option(fmt.Sprintf("--recv_buffer=%d", cellWindow))
	s.enter(c)
	c.After(tick).In(segment(&g))
	answered(c, &r, reaction)
	shows(c, s, &r)
	return c
}

// reaction is the phrase of what a cell is about.
const reaction = "the reaction"

// proven are the requirements of the rules that had a say, each once.
func proven(r *oracle.Reaction) (ids []string) {
	for _, rule := range r.Rules {
		for _, id := range rule.Reqs {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// levelOf is the level of the rule that decided.
func levelOf(r *oracle.Reaction) script.Level {
	switch decided := r.Rules[len(r.Rules)-1].Reqs[0]; {
	case strings.Contains(decided, " MAY-"):
		return script.May
	case strings.Contains(decided, " SHLD-"):
		return script.Should
	}
	return script.Must
}

// twinOf is the fault that must turn the reaction red: a wrong number in the answer; or, where there is none, one field of
// the segment that is another, so that by the rules there would have to be one.
func twinOf(s *situation, g *oracle.Segment, r *oracle.Reaction) string {
	switch {
	case r.Reply != nil && r.Reply.Flags.Has(oracle.ACK):
		return "out tcp.ack+1"
	case r.Reply != nil:
		return "out tcp.seq+1"
	}
	speaks := func(g oracle.Segment) bool {
		r := oracle.React(s.block, g)
		return r.Reply != nil && !r.Delayed
	}
	for _, f := range cellFlags {
		h := *g
		if h.Flags = f.value; speaks(h) {
			return fmt.Sprintf("in tcp.flags=%d", h.Flags)
		}
	}
	for _, p := range cellSeqs {
		h := *g
		if h.Seq = p.value(&s.block, g.Len()); speaks(h) {
			return fmt.Sprintf("in tcp.seq=%d", h.Seq)
		}
	}
	panic(fmt.Sprintf("grid: nothing makes %s speak about %s", s.slug, describe(g)))
}

// describe says a segment in words.
func describe(g *oracle.Segment) string {
	flags := "no flag"
	for _, f := range cellFlags {
		if f.value == g.Flags && g.Flags != 0 {
			flags = f.slug
		}
	}
	return fmt.Sprintf("a segment with %s, sequence number %d, acknowledgment %d and %d bytes", flags, int32(g.Seq), int32(g.Ack), g.Text)
}

// letters are flags in the language's notation.
func letters(f oracle.Flags) (s string) {
	for _, x := range []stimulus[oracle.Flags]{{"F", oracle.FIN}, {"S", oracle.SYN}, {"R", oracle.RST}, {".", oracle.ACK}} {
		if f.Has(x.value) {
			s += x.slug
		}
	}
	if s == "" {
		return "-"
	}
	return s
}

// synText is what a SYN carries: the pattern of a stream would begin at its first byte, wherever that lies.
const synText = "with a SYN"

// segment is a segment of the peer.
func segment(g *oracle.Segment) build.Packet {
	p := build.TCP(letters(g.Flags), g.Seq, uint16(g.Text)).Ack(g.Ack).Win(peerWindow)
	if g.Flags.Has(oracle.SYN) && g.Text > 0 {
		p = p.Data([]byte(synText))
	}
	return p
}

// answered expects what the oracle says. Silence lasts for less than the retransmission time-out.
func answered(c *build.Case, r *oracle.Reaction, phrase string) {
	g := r.Reply
	if g == nil {
		c.Idle(3*tick, phrase)
		return
	}
	if r.Delayed {
		c.Within(5 * tick)
	}
	switch {
	case g.Flags == oracle.RST|oracle.ACK:
		c.Line(fmt.Sprintf("> R. 0:0(0)! ack %d", g.Ack), phrase)
	case g.Flags == oracle.RST:
		c.Out(build.TCP("R", g.Seq, 0), phrase)
	case g.Flags.Has(oracle.SYN) && r.Rules[len(r.Rules)-1].Reopens():
		c.Line(fmt.Sprintf("> S. ...(0) ack %d <...>", g.Ack), phrase)
	case g.Flags.Has(oracle.SYN):
		c.Out(build.TCP("S.", g.Seq, 0).Ack(g.Ack).AnyOptions(), phrase)
	default:
		c.Out(own(g.Seq, g.Ack), phrase)
	}
}
