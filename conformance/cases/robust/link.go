package robust

import (
	"encoding/hex"
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const framing = "RFC1122:2.3.3:1"

// frame is a frame of a type with these bytes, and no padding.
func frame(typ int, b ...byte) build.Packet {
	p := build.Text(fmt.Sprintf("eth (%d)", len(b))).With(fmt.Sprintf("eth.type=%#x", typ))
	if len(b) > 0 {
		p = p.Data(b)
	}
	return p.Truncate(14 + len(b))
}

// hexed is bytes that are written in hex, with spaces.
func hexed(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// asked is an echo request in an IPv4 packet, whole and right: it is answered where its frame is one for IPv4.
func asked() []byte {
	return packet4(protoICMP, 1, summed(script.IPv4, protoICMP, hexed("0800 0000 0007 0001"))...)
}

func link() []*build.Case {
	return []*build.Case{shortFrames(), cleanPadding(), lengthFrames(), taggedFrames(), reverseARP()}
}

func shortFrames() *build.Case {
	a := must("R001", "ethernet-short", "A frame that does not hold its own header, or nothing behind it, is dropped.", both, "RFC791:3.1:4", "RFC8200:3:3").connected()
	for _, n := range []int{1, 6, 12, 13, 14} {
		a.ignored(echo("56").Truncate(n), fmt.Sprintf("%d bytes are nothing", n))
	}
	a.twin("in good", "14 bytes are nothing")
	for _, typ := range []int{0x0800, 0x86dd, 0x0806, 0x1234} {
		a.ignored(frame(typ), fmt.Sprintf("nor is a header of type %#x alone", typ))
	}
	return a.ends()
}

func cleanPadding() *build.Case {
	a := must("R002", "padding-is-zero", "What a short frame is padded with is zeros, and not what was in memory: a long frame of other bytes went before each.",
		v4, framing, "RFC792:echo:1").connected()
	for i, p := range []string{"0", "1", "17"} {
		a.answered(echo("1400"), reply("1400"), fmt.Sprintf("the echo of many bytes, %d", i+1))
		a.answered(echo(p), reply(p), "the echo of "+p)
	}
	a.answered(echo("1400"), reply("1400"), "the echo of many bytes, 4")
	a.answered(build.Text("flow 3 40003 > 9 S 0:0(0) win 100"), build.Text("flow 3 9 > 40003 R. 0:0(0)! ack 1"), "a reset")
	a.twin("out icmp.seq+1", "the echo of 0")
	return a.ends()
}

func lengthFrames() *build.Case {
	a := must("R004", "ethernet-length", "A frame whose type is a length, right or not, is no packet of IP: not even where a header of LLC and SNAP says so.",
		v4, framing).connected()
	inner := append(hexed("aa aa 03 00 00 00 08 00"), asked()...)
	for _, n := range []int{0, 1, len(inner), len(inner) + 1, 1500, 1535} {
		a.ignored(frame(n, inner...), fmt.Sprintf("length %d", n))
	}
	a.ignored(frame(len(inner), inner[:3]...), "a header of LLC alone")
	a.ignored(frame(len(inner), inner[:7]...), "a header of SNAP cut short")
	a.ignored(build.Text("icmp echo_request id 7 seq 1 (56)").With("eth.type=64"), "the packet as it is")
	a.twin("in eth.type=0x800", "the packet as it is")
	return a.ends()
}

func taggedFrames() *build.Case {
	a := must("R005", "vlan-tags", "The stack is in no virtual LAN: a frame with a tag is not for it, whole or cut short, once or twice.",
		v4, framing).connected()
	p := asked()
	for _, tag := range []struct {
		typ          int
		bytes, title string
	}{
		{0x8100, "", "a tag that is not there"}, {0x8100, "00", "half a tag"}, {0x8100, "0001", "a tag without a type behind it"},
		{0x8100, "0001 08", "a tag with half a type"}, {0x8100, "0001 0800", "a tag with nothing behind it"},
	} {
		a.ignored(frame(tag.typ, hexed(tag.bytes)...), tag.title)
	}
	for _, tag := range []struct {
		typ          int
		bytes, title string
	}{
		{0x8100, "0001 0800", "network 1"}, {0x8100, "e000 0800", "a priority alone"}, {0x8100, "0fff 0800", "the reserved network"},
		{0x88a8, "0001 8100 0002 0800", "two tags"}, {0x8100, "0001 8100 0002 8100 0003 0800", "three tags"},
	} {
		a.ignored(frame(tag.typ, append(hexed(tag.bytes), p...)...), tag.title)
	}
	a.ignored(echo("56").With("eth.type=0x8100"), "a packet in the place of a tag")
	a.twin("in eth.type=0x800", "a packet in the place of a tag")
	return a.ends()
}

func reverseARP() *build.Case {
	a := must("R011", "reverse-arp", "A reply of RARP that nobody asked for gives the stack no address, neither in a frame of its own nor as ARP.",
		v4, framing, "RFC826:reception:8").connected()
	body := hexed("0001 0800 06 04 0004 020000000002 c0000202 020000000001 c0000263")
	for _, op := range []byte{1, 2, 3, 4} {
		body[7] = op
		a.ignored(frame(0x8035, body...), fmt.Sprintf("operation %d of RARP", op))
	}
	a.ignored(echo("56").With("ip.dst=192.0.2.99"), "the address that was told is not the stack's")
	a.twin("in addresses", "the address that was told is not the stack's")
	return a.ends()
}
