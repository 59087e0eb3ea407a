package script

import (
	"fmt"
	"strings"
)

// String is the packet on one line, from the arrow on.
func (k *Packet) String() string {
	parts := []string{"<"}
	if k.Out {
		parts[0] = ">"
	}
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if k.Flow != 0 {
		add(fmt.Sprint("flow ", k.Flow))
	}
	for _, e := range k.Encap {
		add(e + ":")
	}
	add(ipInfoString(k.IP))
	ports := ""
	if k.Ports.Set {
		ports = fmt.Sprintf("%d > %d", k.Ports.Src, k.Ports.Dst)
	}
	if u, ok := k.Body.(*UDP); ok {
		add("udp")
		add(ports)
		add(fmt.Sprintf("(%d)", u.Len))
	} else {
		add(ports)
		add(k.Body.(fmt.Stringer).String())
	}
	add(fieldsString(k.Fields))
	if k.Data != "" {
		add("data " + k.Data)
	}
	if k.Truncate != 0 {
		add(fmt.Sprint("truncate ", k.Truncate))
	}
	if k.Pad != 0 {
		add(fmt.Sprint("pad ", k.Pad))
	}
	if k.PadByte != 0 {
		add(fmt.Sprintf("with %#x", k.PadByte))
	}
	return strings.Join(parts, " ")
}

func ipInfoString(items []IPItem) string {
	if len(items) == 0 {
		return ""
	}
	var list []string
	for _, it := range items {
		_, numbered := ipNumbers[it.Name]
		switch {
		case numbered:
			list = append(list, it.Name+" "+it.N.String())
		case it.Name == "options":
			list = append(list, it.Name+" "+it.Hex)
		default:
			list = append(list, it.Name)
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func fieldsString(fields []Field) string {
	if len(fields) == 0 {
		return ""
	}
	var list []string
	for _, f := range fields {
		list = append(list, f.Name+f.Op+f.Value.String())
	}
	return "{" + strings.Join(list, ", ") + "}"
}

// String is the value as scripts write it.
func (v *Value) String() string {
	switch {
	case v.Text == "":
		return v.Num.String()
	case v.Text[0] == '$' && v.Num.N != 0:
		return v.Text + "+" + v.Num.String()
	}
	return v.Text
}

// String is the segment on one line, from the flags on.
func (t *TCP) String() string {
	s := fmt.Sprintf("%s %d:%d(%d)", t.Flags, t.Seq, t.Seq+uint32(t.Len), t.Len)
	switch {
	case t.AnySeq:
		s = fmt.Sprintf("%s ...(%d)", t.Flags, t.Len)
	case t.Abs:
		s += "!"
	}
	s += t.Ack.after(" ack ") + t.Win.after(" win ") + t.Urg.after(" urg ")
	tunnel := ""
	if t.Tunnel.Set {
		tunnel = fmt.Sprintf("/udp(%d > %d)", t.Tunnel.Src, t.Tunnel.Dst)
	}
	if len(t.Options) == 0 && !t.Ellipsis {
		return s + tunnel
	}
	var list []string
	for i := range t.Options {
		list = append(list, t.Options[i].String())
	}
	if t.Ellipsis {
		list = append(list, "...")
	}
	return s + " <" + strings.Join(list, ", ") + ">" + tunnel
}

// after is the number behind its keyword, or nothing.
func (n OptNum) after(keyword string) string {
	if !n.Set {
		return ""
	}
	return keyword + n.String()
}

// String is the option as scripts write it.
func (o *TCPOption) String() string {
	switch {
	case o.Any:
		return o.Name + " ..."
	case o.MTU:
		return o.Name + " mtu"
	case o.Name == "TS":
		n := [2]string{"...", "..."}
		for i := range n {
			if o.AnyN>>i&1 == 0 {
				n[i] = fmt.Sprint(o.N[i])
			}
			if o.AbsN>>i&1 != 0 {
				n[i] += "!"
			}
		}
		return "TS val " + n[0] + " ecr " + n[1]
	case o.Name == "opt":
		return fmt.Sprintf("opt %d %s", o.N[0], o.Hex)
	}
	s := o.Name
	if o.Hex != "" {
		s += " " + o.Hex
	}
	counters := rawOptions[o.Name].counters
	for i, n := range o.N {
		if i < len(counters) {
			s += " " + counters[i]
		}
		if o.Name == "sack" && i%2 == 1 {
			s += fmt.Sprint(":", n)
		} else {
			s += fmt.Sprint(" ", n)
		}
	}
	return s
}

func (u *UDP) String() string { return fmt.Sprintf("udp (%d)", u.Len) }
func (e *Eth) String() string { return fmt.Sprintf("eth (%d)", e.Len) }
func (i *IP) String() string {
	if i.Any {
		return "ip (...)"
	}
	return fmt.Sprintf("ip (%d)", i.Len)
}

func (m *ICMP) String() string {
	s := "icmp " + m.Type
	if m.Code != "" {
		s += " " + m.Code
	}
	s += m.MTU.after(" mtu ") + m.ID.after(" id ") + m.Seq.after(" seq ")
	if m.Len.Set {
		s += fmt.Sprintf(" (%d)", m.Len.N)
	}
	if m.Quote.Set {
		s += " " + m.Quote.String()
	}
	return s
}

// String is the quoted packet as scripts write it.
func (q *Quote) String() string {
	switch q.Kind {
	case "tcp":
		return fmt.Sprintf("[%d:%d(%d)]", q.Seq, q.Seq+uint32(q.Len), q.Len)
	case "":
		return "[...]"
	}
	return fmt.Sprintf("[%s (%d)]", q.Kind, q.Len)
}

func (a *ARP) String() string {
	if a.Reply {
		return "arp reply"
	}
	return "arp request"
}

func (n *ND) String() string {
	if n.Advert {
		return "na"
	}
	return "ns"
}
