package verify

import (
	"bytes"
	_ "embed"
	"strings"
	"time"
)

// knownText lists where gopacket is wrong, or reads on where the others refuse, and why: a line for each has its name and,
// behind a colon, the reason.
//
//go:embed known.txt
var knownText string

// Known are the names and reasons of known.txt.
var Known = readKnown()

func readKnown() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(knownText) {
		if name, why, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			m[name] = why
		}
	}
	return m
}

// shape tells when a disagreement with gopacket is one of known.txt's. ours has read what gopacket has read otherwise.
type shape struct {
	name string
	fits func(d *Disagreement, ours, third *Reading) bool
}

// on is the shape of a disagreement on a field that also has another mark.
func on(name string, f Field, fits func(d *Disagreement, ours, third *Reading) bool) shape {
	return shape{name, func(d *Disagreement, ours, third *Reading) bool { return d.Field == f && fits(d, ours, third) }}
}

// says is a mark: gopacket has refused, with these words, whatever their case.
func says(words string) func(d *Disagreement, ours, third *Reading) bool {
	words = strings.ToLower(words)
	return func(_ *Disagreement, _, third *Reading) bool {
		return strings.Contains(strings.ToLower(third.refused), words)
	}
}

// lax is a mark: gopacket takes what the others refuse.
func lax(d *Disagreement, ours, third *Reading) bool {
	return ours.is(d.Field, 0) && third.is(d.Field, 1)
}

var shapes = []shape{
	on("ip-version", IPWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && !third.is(IPVersion, map[uint64]uint64{0x0800: 4, 0x86dd: 6}[third.values[EthType].n])
	}),
	on("ipv4-length-zero", IPWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && third.is(IPVersion, 4) && number(third.frame[16:18]) == 0
	}),
	on("ipv4-option-of-two-bytes", IPOptionsWhole, says("Must be greater than 2")),
	on("ipv6-empty", IPWhole, says("IPv6 length 0, but next header")),
	on("ipv6-hop-by-hop-length", ExtWhole, says("IPv6 length 0")),
	on("ipv6-jumbo", ExtWhole, says("jumbo")),
	on("ipv6-hop-by-hop-cut", IPWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && third.is(IPProto, 0)
	}),
	on("ipv6-hop-by-hop-length", ExtWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && third.is(IPProto, 0)
	}),
	on("ipv6-hop-by-hop-length", IPBody, func(_ *Disagreement, ours, third *Reading) bool {
		return third.is(IPProto, 0) && bytes.HasPrefix(third.values[IPBody].b, ours.values[IPBody].b)
	}),
	{"ipv6-hop-by-hop-length", func(d *Disagreement, ours, third *Reading) bool { // what follows is as long as the body
		return d.Field > IPBody && third.is(IPProto, 0) && !ours.values[IPBody].equal(third.values[IPBody])
	}},
	on("arp-hardware-type", ARPHType, func(d *Disagreement, ours, third *Reading) bool {
		return ours.values[d.Field].n&0xff == third.values[d.Field].n
	}),
	on("arp-of-another-size", ARPWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && !(third.is(ARPHLen, 6) && third.is(ARPPLen, 4))
	}),
	on("ipv6-pad1-last", ExtWhole, says("IPv6 header option too small")),
	on("icmpv6-short", ICMPWhole, lax),
	on("udp-length-zero", UDPWhole, func(d *Disagreement, ours, third *Reading) bool {
		return lax(d, ours, third) && third.is(UDPLen, 0)
	}),
	on("igmp-floating", GroupTime, func(d *Disagreement, ours, _ *Reading) bool {
		return ours.has[IGMPType] && d.va.n >= uint64(12800*time.Millisecond) // what begins with the code 128
	}),
	on("igmp-floating", GroupEvery, func(d *Disagreement, ours, _ *Reading) bool {
		return ours.has[IGMPType] && (d.va.n >= uint64(128*time.Second) || d.va.n == 10*d.vb.n)
	}),
	on("igmp-errors", GroupWhole, func(d *Disagreement, ours, third *Reading) bool { return lax(d, ours, third) && ours.has[IGMPType] }),
	on("mld-times", GroupTime, func(d *Disagreement, ours, _ *Reading) bool {
		return ours.has[ICMPType] && (d.va.n >= uint64(32768*time.Millisecond) || d.va.n == d.vb.n*uint64(time.Millisecond))
	}),
	on("mld-times", GroupEvery, func(d *Disagreement, ours, _ *Reading) bool {
		return ours.has[ICMPType] && d.va.n >= uint64(128*time.Second)
	}),
}

// knownName is the name of a disagreement with gopacket in known.txt, "" for one that is not there.
func knownName(d *Disagreement, ours, third *Reading) string {
	for i := range shapes {
		if shapes[i].fits(d, ours, third) {
			return shapes[i].name
		}
	}
	return ""
}
