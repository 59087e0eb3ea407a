package grid

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
)

// edit is a field of a header, and the values at the edges of its range with which a segment must be dropped without a word,
// whatever state it comes in. fault is what makes the last of them good, for the twin.
type edit struct {
	slug, title string
	forms       []script.Form
	values      []string // between the braces of a packet
	fault       string
	reqs        []string
}

// to are the values of one field.
func to(field string, values ...string) (all []string) {
	for _, v := range values {
		all = append(all, field+"="+v)
	}
	return all
}

// edits are the fields. The frame is 54 bytes long with IPv4, which Ethernet fills up to 60, and 74 with IPv6.
var edits = []edit{
	{"destination", "sent to other stations", both, to("eth.dst", "02:00:00:00:00:77", "00:00:00:00:00:00"), "addresses", []string{"RFC1122:2.3.3:1"}},
	{"type", "in frames of other types", v4, to("eth.type", "0", "46", "1500", "0x0801", "0x8100", "0x86dd", "65535"), "eth.type=2048", []string{"RFC1122:2.3.3:1"}},
	{"type-ipv6", "in frames of other types", v6, to("eth.type", "0", "46", "1500", "0x0800", "0x8100", "65535"), "eth.type=34525", []string{"RFC1122:2.3.3:1"}},

	{"version", "of other versions of IP", v4, to("ip.version", "0", "3", "5", "6", "7", "8", "15"), "ip.version=4", []string{version4}},
	{"header-length", "whose IP header is too short, or longer than all of it", v4, to("ip.ihl", "0", "1", "4", "11", "15"), "good", []string{header4}},
	{"total-length", "whose length is less than the headers, or more than has come", v4, to("ip.len", "0", "1", "19", "20", "39", "47", "32767", "32768", "65535"), "good", []string{length4}},
	{"fragment-offset", "that says it is the end of a longer one", v4, to("ip.off", "1", "4095", "4096", "8189"), "ip.off=0", []string{"RFC791:3.2:7"}},
	{"header-checksum", "with a wrong checksum of its header", v4, []string{"ip.sum+=1", "ip.sum+=32768", "ip.sum+=65534", "ip.sum=0"}, "good", []string{checksum4}},
	{"source", "from what is no host's address", v4, to("ip.src", "0.0.0.0", "127.0.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "192.0.2.255", "255.255.255.255"), "addresses", []string{source4}},
	{"target", "to what is not the stack's address", v4, to("ip.dst", "0.0.0.1", "127.0.0.1", "192.0.2.77", "192.0.2.255", "224.0.0.1", "255.255.255.255"), "addresses", []string{"RFC1122:3.2.1.3:1", "RFC9293 MUST-57"}},

	{"version-ipv6", "of other versions of IP", v6, to("ip.version", "0", "4", "5", "7", "8", "15"), "ip.version=6", []string{version6}},
	{"payload-length", "whose length is less than the header of TCP, or more than has come", v6, to("ip.len", "0", "1", "19", "21", "32767", "32768", "65535"), "good", []string{length6}},
	{"source-ipv6", "from what is no host's address", v6, to("ip.src", "::1", "ff02::1", "ff0e::1"), "addresses", []string{group6, loopback6}},
	{"target-ipv6", "to what is not the stack's address", v6, to("ip.dst", "::1", "ff02::1", "2001:db8::7777"), "addresses", []string{loopback6, "RFC9293 MUST-57"}},

	{"offset", "whose TCP header is too short, or longer than all of it", both, to("tcp.off", "0", "1", "4", "6", "7", "8", "15"), "good", []string{"RFC9293:3.1:1"}},
	{"checksum", "with a wrong checksum", both, []string{"tcp.sum+=1", "tcp.sum+=32768", "tcp.sum+=65534"}, "good", []string{"RFC9293 MUST-3"}},
}

// tcpEdits are the edits in every state, of a segment that would be answered at once: an ACK of what was not sent.
func tcpEdits() (cases []*build.Case) {
	for i := range situations {
		for j := range edits {
			cases = append(cases, editOf(&situations[i], &edits[j]))
		}
	}
	return cases
}

func editOf(s *situation, e *edit) *build.Case {
	const phrase = "none of them is answered"
	title := fmt.Sprintf("In %s: segments %s (%s).", s.block.State, e.title, strings.Join(e.values, ", "))
	c := build.New("tcp/edits/"+s.slug+"/"+e.slug, title).Reqs(e.reqs...).Level(script.Must).Forms(e.forms...).
		Twin("in "+e.fault, phrase).Option(fmt.Sprintf("--recv_buffer=%d", cellWindow))
	s.enter(c)
	c.After(tick)
	for _, v := range e.values {
		c.In(segment(&oracle.Segment{Flags: oracle.ACK, Seq: s.block.RcvNxt, Ack: s.block.SndNxt + 1}).With(v))
	}
	c.Idle(3*tick, phrase)
	shows(c, s, &oracle.Reaction{After: s.block}) // RFC 9293 3.10.7: what is dropped changes nothing
	return c
}
