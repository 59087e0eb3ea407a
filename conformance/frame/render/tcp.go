package render

import (
	"encoding/binary"
	"fmt"
	"strings"

	"stackproof/conformance/frame"
)

func (t *Trace) tcp(v *frame.View) string {
	e := end{Addr(v, frame.IPSrc), Addr(v, frame.IPDst), num(v, frame.TCPSrcPort), num(v, frame.TCPDstPort)}
	seq, ack, flags := num(v, frame.TCPSeq), num(v, frame.TCPAck), num(v, frame.TCPFlags)
	t.learn(e, v, seq, flags)
	n := uint32(len(v.Payload()))
	rel := seq - t.isn[e]
	s := fmt.Sprintf("%d > %d %s %d:%d(%d)", e.sport, e.dport, Flags(flags), rel, rel+n, n)
	if flags&frame.ACK != 0 {
		s += fmt.Sprintf(" ack %d", ack-t.isn[e.other()])
	}
	s += fmt.Sprintf(" win %d", num(v, frame.TCPWin))
	if flags&frame.URG != 0 {
		s += fmt.Sprintf(" urg %d", num(v, frame.TCPUrg))
	}
	if o := t.options(v.Options(), e); o != "" {
		s += " <" + o + ">"
	}
	return s
}

// learn takes the initial sequence number and the first time stamp from a SYN.
func (t *Trace) learn(e end, v *frame.View, seq, flags uint32) {
	if flags&frame.SYN == 0 {
		return
	}
	if t.isn == nil {
		t.isn, t.ts = map[end]uint32{}, map[end]uint32{}
	}
	if old, ok := t.isn[e]; ok && seq-old < 1<<20 && seq != old {
		return // a stray SYN within the connection does not move its numbers
	}
	t.isn[e] = seq
	rest := v.Options()
	for o, ok := frame.NextOption(rest); ok && o.Kind != frame.OptEOL; o, ok = frame.NextOption(rest) {
		if o.Kind == frame.OptTimestamps && len(o.Data) == 8 {
			t.ts[e] = binary.BigEndian.Uint32(o.Data)
		}
		rest = rest[o.Len:]
	}
}

// Flags renders TCP flags as packetdrill writes them: S F R P . U E W, or - for none.
func Flags(flags uint32) string {
	var s strings.Builder
	for _, f := range []struct {
		bit  uint32
		name byte
	}{{frame.SYN, 'S'}, {frame.FIN, 'F'}, {frame.RST, 'R'}, {frame.PSH, 'P'}, {frame.URG, 'U'}, {frame.ECE, 'E'},
		{frame.CWR, 'W'}, {frame.ACK, '.'}} {
		if flags&f.bit != 0 {
			s.WriteByte(f.name)
		}
	}
	if s.Len() == 0 {
		return "-"
	}
	return s.String()
}

func (t *Trace) options(b []byte, e end) string {
	var list []string
	for len(b) > 0 {
		o, ok := frame.NextOption(b)
		if !ok {
			list = append(list, fmt.Sprintf("malformed %x", b))
			break
		}
		list = append(list, t.option(o, e))
		if o.Kind == frame.OptEOL {
			break
		}
		b = b[o.Len:]
	}
	return strings.Join(list, ", ")
}

func (t *Trace) option(o frame.Option, e end) string {
	d := o.Data
	switch {
	case o.Kind == frame.OptEOL:
		return "eol"
	case o.Kind == frame.OptNOP:
		return "nop"
	case o.Kind == frame.OptMSS && len(d) == 2:
		return fmt.Sprintf("mss %d", binary.BigEndian.Uint16(d))
	case o.Kind == frame.OptWScale && len(d) == 1:
		return fmt.Sprintf("wscale %d", d[0])
	case o.Kind == frame.OptSACKPerm && len(d) == 0:
		return "sackOK"
	case o.Kind == frame.OptSACK && len(d)%8 == 0:
		s := "sack"
		for ; len(d) > 0; d = d[8:] {
			base := t.isn[e.other()]
			s += fmt.Sprintf(" %d:%d", binary.BigEndian.Uint32(d)-base, binary.BigEndian.Uint32(d[4:])-base)
		}
		return s
	case o.Kind == frame.OptTimestamps && len(d) == 8:
		val, ecr := binary.BigEndian.Uint32(d), binary.BigEndian.Uint32(d[4:])
		if ecr != 0 {
			ecr -= t.ts[e.other()]
		}
		return fmt.Sprintf("TS val %d ecr %d", val-t.ts[e], ecr)
	}
	return fmt.Sprintf("opt %d %x", o.Kind, d)
}
