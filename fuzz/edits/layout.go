package edits

import (
	"fmt"
	"strconv"
	"strings"
)

// headers are the headers, and what else a frame consists of, as their fields with their widths in bits, in the order in which
// they are sent. A field of the width * takes what is left of the part.
var headers = map[string]string{
	"eth": "dst:48 src:48 type:16",
	"arp": "htype:16 ptype:16 hlen:8 plen:8 op:16 sha:48 spa:32 tha:48 tpa:32", // RFC 826

	"ip4":        "version:4 ihl:4 tos:8 len:16 id:16 rf:1 df:1 mf:1 off:13 ttl:8 proto:8 sum:16 src:32 dst:32", // RFC 791 3.1
	"ip4.nop":    "kind:8",
	"ip4.eol":    "kind:8",
	"ip4.alert":  "kind:8 length:8 value:16", // RFC 2113
	"ip4.route":  "kind:8 length:8 pointer:8 hop:32",
	"ip4.stamp":  "kind:8 length:8 pointer:8 over:4 flag:4 stamp:32",
	"ip6":        "version:4 tos:8 flow:20 len:16 next:8 hops:8 src:128 dst:128", // RFC 8200 3
	"ip6.hop":    "next:8 length:8",
	"ip6.dest":   "next:8 length:8",
	"ip6.route":  "next:8 length:8 type:8 left:8 reserved:32",
	"ip6.frag":   "next:8 reserved:8 off:13 spare:2 mf:1 id:32", // RFC 8200 4.5
	"ip6.pad1":   "type:8",
	"ip6.padn":   "type:8 length:8 zeros:*",
	"ip6.alert":  "type:8 length:8 value:16", // RFC 2711
	"ip6.option": "type:8 length:8 value:*",

	"icmp.echo":     "type:8 code:8 sum:16 id:16 seq:16",
	"icmp.mtu":      "type:8 code:8 sum:16 unused:16 mtu:16", // RFC 1191 4
	"icmp.pointer":  "type:8 code:8 sum:16 pointer:8 unused:24",
	"icmp.redirect": "type:8 code:8 sum:16 gateway:32",
	"icmp6.echo":    "type:8 code:8 sum:16 id:16 seq:16",
	"icmp6.mtu":     "type:8 code:8 sum:16 mtu:32", // RFC 4443 3.2
	"icmp6.error":   "type:8 code:8 sum:16 unused:32",
	"icmp6.pointer": "type:8 code:8 sum:16 pointer:32",

	"rs":          "type:8 code:8 sum:16 reserved:32", // RFC 4861 4
	"ra":          "type:8 code:8 sum:16 hops:8 managed:1 other:1 home:1 preference:2 proxy:1 reserved:2 lifetime:16 reachable:32 retrans:32",
	"ns":          "type:8 code:8 sum:16 reserved:32 target:128",
	"na":          "type:8 code:8 sum:16 router:1 solicited:1 override:1 reserved:29 target:128",
	"redirect":    "type:8 code:8 sum:16 reserved:32 target:128 dest:128",
	"nd.link":     "type:8 length:8 address:48",
	"nd.prefix":   "type:8 length:8 bits:8 onlink:1 auto:1 reserved:6 valid:32 preferred:32 reserved2:32 prefix:128",
	"nd.mtu":      "type:8 length:8 reserved:16 mtu:32",
	"nd.rdnss":    "type:8 length:8 reserved:16 lifetime:32 server:128",
	"nd.redirect": "type:8 length:8 reserved:48",

	"igmp":        "type:8 code:8 sum:16 group:32", // RFC 2236 2
	"igmp.v3":     "reserved:4 suppress:1 robust:3 interval:8 sources:16",
	"igmp.source": "address:32",
	"igmp.report": "type:8 reserved:8 sum:16 reserved2:16 records:16",
	"igmp.record": "type:8 aux:8 sources:16 group:32",
	"mld":         "type:8 code:8 sum:16 delay:16 reserved:16 group:128", // RFC 2710 3
	"mld.v2":      "reserved:4 suppress:1 robust:3 interval:8 sources:16",
	"mld.source":  "address:128",
	"mld.report":  "type:8 reserved:8 sum:16 reserved2:16 records:16",
	"mld.record":  "type:8 aux:8 sources:16 group:128",

	"udp":        "sport:16 dport:16 len:16 sum:16",
	"tcp":        "sport:16 dport:16 seq:32 ack:32 off:4 res:4 flags:8 win:16 sum:16 urg:16", // RFC 9293 3.1
	"tcp.eol":    "kind:8",
	"tcp.nop":    "kind:8",
	"tcp.mss":    "kind:8 length:8 value:16",
	"tcp.scale":  "kind:8 length:8 shift:8",
	"tcp.sackok": "kind:8 length:8",
	"tcp.sack":   "kind:8 length:8 left:32 right:32 left2:32 right2:32",
	"tcp.ts":     "kind:8 length:8 value:32 echo:32",

	"data": "bytes:*",
	"pad":  "bytes:*",
}

// Field is a field of a frame.
type Field struct {
	Name string
	At   int // its first bit in the frame
	Bits int
}

// widest is how many bits a field has at most: what takes the rest of its part is cut into pieces of that many.
const widest = 128

// part is a header in a frame, or what else it has there. A part behind a dot and a number, or in what an error quotes, has a
// name of its own in front of its fields.
type part struct {
	header, as string
	bytes      []byte
}

// fields are the fields of a part that begins at a bit.
func (p *part) fields(at int) (all []Field) {
	begin := at
	for item := range strings.FieldsSeq(headers[p.header]) {
		name, width, _ := strings.Cut(item, ":")
		name = p.as + "." + name
		bits, err := strconv.Atoi(width)
		if err == nil {
			all = append(all, Field{name, at, bits})
			at += bits
			continue
		}
		for n, left := 0, begin+8*len(p.bytes)-at; left > 0; n++ { // width *
			piece := name
			if n > 0 {
				piece += strconv.Itoa(n + 1)
			}
			bits = min(left, widest)
			all = append(all, Field{piece, at, bits})
			at, left = at+bits, left-bits
		}
	}
	if at != begin+8*len(p.bytes) {
		panic(fmt.Sprintf("edits: the table has %d bits of a part %q of %d", at-begin, p.header, 8*len(p.bytes))) // a mistake here
	}
	return all
}

// Value is the value of a field, of up to 128 bits.
type Value struct{ hi, lo uint64 }

func (v Value) String() string {
	if v.hi != 0 {
		return fmt.Sprintf("%x%016x", v.hi, v.lo)
	}
	return strconv.FormatUint(v.lo, 16)
}

// parseValue reads what String writes.
func parseValue(s string) (v Value, ok bool) {
	if len(s) > 16 {
		hi, err := strconv.ParseUint(s[:len(s)-16], 16, 64)
		if err != nil {
			return v, false
		}
		v.hi, s = hi, s[len(s)-16:]
	}
	lo, err := strconv.ParseUint(s, 16, 64)
	v.lo = lo
	return v, err == nil
}

// Get reads the field.
func (f *Field) Get(b []byte) (v Value) {
	for at := f.At; at < f.At+f.Bits; at++ {
		v = Value{v.hi<<1 | v.lo>>63, v.lo<<1 | uint64(b[at/8]>>(7-at%8)&1)}
	}
	return v
}

// Set writes the field: as many of the value's last bits as it has.
func (f *Field) Set(b []byte, v Value) {
	for at := f.At + f.Bits - 1; at >= f.At; at-- {
		mask := byte(1) << (7 - at%8)
		b[at/8] &^= mask
		if v.lo&1 != 0 {
			b[at/8] |= mask
		}
		v = Value{v.hi >> 1, v.lo>>1 | v.hi<<63}
	}
}

// max is the greatest value of the field.
func (f *Field) max() Value {
	if f.Bits > 64 {
		return Value{1<<(f.Bits-64) - 1, 1<<64 - 1}
	}
	return Value{0, 1<<f.Bits - 1}
}
