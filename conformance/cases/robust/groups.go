package robust

import (
	"fmt"
	"net/netip"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

func groups() []*build.Case {
	return []*build.Case{igmpSources(), igmpStrangers(), mldLies(), icmpv6Short()}
}

// joined has the stack be a member of 232.1.2.3 or ff0e::1234, and say so twice.
func (a *attack) joined() *attack {
	knob, report := "knob igmp.join = 0x8010203", build.Text("ip (...)").With("ip.dst=224.0.0.22").With("igmp.type=0x22").With("igmp.record=232.1.2.3")
	if a.forms[0] == script.IPv6 {
		knob, report = "knob mld.join = 0x1234", build.Text("icmp mld2_report").With("ip.dst=ff02::16").With("mld.record=ff0e::1234").With("ip.src=fe80::ff:fe00:1")
	}
	a.After(tick).Do(knob)
	a.Out(report, "the group is told")
	a.Within(quiet/3).Out(report, "and once more")
	return a
}

// igmp is a message of IGMP to a group, with the router alert.
func igmp(dst string, b ...byte) build.Packet {
	a := netip.MustParseAddr(dst).As4()
	p := raw(protoIGMP, summed(script.IPv4, protoIGMP, b)...).IP("ttl 1, options 94040000").With("ip.dst=" + dst)
	return p.With(fmt.Sprintf("eth.dst=01:00:5e:%02x:%02x:%02x", a[1]&0x7f, a[2], a[3]))
}

func igmpSources() *build.Case {
	a := must("R050", "igmp-sources", "A query that names more sources than it has is not processed, whole or in fragments.", v4, "RFC3376:4.1.8:1").connected().joined()
	query := hexed("11 01 0000 e8010203 02 7d 0000")
	for _, n := range []int{1, 2, 3, 255, 256, 366, 65535} {
		for _, there := range []int{0, 3, 4} {
			if there/4 == n {
				continue
			}
			q := append(slices.Clone(query), text(there)...)
			q[10], q[11] = byte(n>>8), byte(n)
			a.ignored(igmp("232.1.2.3", q...), fmt.Sprintf("%d sources in %d bytes", n, there))
		}
	}
	q := append(slices.Clone(query), text(28)...)
	q[11] = 8
	q = summed(script.IPv4, protoIGMP, q)
	part := func(from, to int, more bool) build.Packet {
		return piece4(protoIGMP, from, more, 7, q[from:to]...).IP("ttl 1, options 94040000").With("ip.dst=232.1.2.3").With("eth.dst=01:00:5e:01:02:03")
	}
	a.ignored(part(0, 16, true), "eight sources, the first fragment")
	a.ignored(part(16, 40, false), "and the last, which lacks one of them")
	a.ignored(echo("56").With("icmp.sum+=1"), "nothing else")
	return a.twin("in good", "nothing else").ends()
}

func igmpStrangers() *build.Case {
	a := must("R052", "igmp-strangers", "A query that a router of this link cannot have sent is not processed, nor one whose group nobody can be a member of.", v4,
		"RFC3376:4.1.2:1", "RFC3376:9.1:1", "RFC3376:9.1:2", "RFC791:3.1:4").connected().joined()
	query := func(group string) []byte {
		return append(append([]byte{0x11, 1, 0, 0}, netip.MustParseAddr(group).AsSlice()...), 2, 125, 0, 0)
	}
	for _, n := range []int{1, 4, 7, 9, 11} {
		a.ignored(igmp("224.0.0.1", query("0.0.0.0")[:n]...), fmt.Sprintf("a query of %d bytes", n))
	}
	a.ignored(igmp("224.0.0.1", query("0.0.0.0")...).IP("ttl 1"), "no router alert")
	a.ignored(igmp("232.1.2.3", query("0.0.0.0")...), "a general query to a group")
	for _, group := range []string{"192.0.2.1", "127.0.0.1", "255.255.255.255", "224.0.0.1", "232.1.2.4", "0.0.0.1"} {
		a.ignored(igmp("224.0.0.1", query(group)...), "a query of "+group)
	}
	for _, typ := range []byte{0, 0x10, 0x13, 0x14, 0x23, 0xff} {
		a.ignored(igmp("224.0.0.1", append([]byte{typ}, query("0.0.0.0")[1:]...)...), fmt.Sprintf("type %#x", typ))
	}
	a.After(tick).In(igmp("224.0.0.1", query("0.0.0.0")...).With("igmp.sum+=1"))
	a.Idle(quiet, "a wrong checksum")
	return a.twin("in good", "a wrong checksum").works()
}

// mld is a message of MLD from a link-local address to a group, behind the router alert.
func mld(dst string, b ...byte) build.Packet {
	src, to := netip.MustParseAddr("fe80::2"), netip.MustParseAddr(dst)
	m := to.As16()
	body := append(header(protoICM6, 5, 2, 0, 0, 1, 0), summedBetween(src, to, protoICM6, b)...)
	return raw(protoHop, body...).IP("ttl 1").With("ip.src=fe80::2").With("ip.dst=" + dst).
		With(fmt.Sprintf("eth.dst=33:33:%02x:%02x:%02x:%02x", m[12], m[13], m[14], m[15]))
}

func mldLies() *build.Case {
	a := must("R129", "mld-lies", "A query that names more sources than it has, is cut short, or does not come from a router of the link is not processed.",
		v6, "RFC3810:6.2:4", "RFC4443:2.3:1").connected().joined()
	group := netip.MustParseAddr("ff0e::1234").AsSlice()
	query := slices.Concat([]byte{130, 0, 0, 0, 0, 0, 0, 0}, group, []byte{2, 125, 0, 0})
	for _, n := range []int{1, 2, 89, 4096, 65535} {
		for _, there := range []int{0, 15} {
			q := append(slices.Clone(query), text(there)...)
			q[26], q[27] = byte(n>>8), byte(n)
			a.ignored(mld("ff0e::1234", q...), fmt.Sprintf("%d sources in %d bytes", n, there))
		}
	}
	for _, n := range []int{4, 8, 23, 25, 27} {
		a.ignored(mld("ff0e::1234", query[:n]...), fmt.Sprintf("a query of %d bytes", n))
	}
	a.ignored(mld("ff0e::1234", query...).IP("ttl 2"), "a hop limit of 2")
	a.ignored(raw(protoICM6, summedBetween(netip.MustParseAddr("fe80::2"), netip.MustParseAddr("ff0e::1234"), protoICM6, query)...).
		IP("ttl 1").With("ip.src=fe80::2").With("ip.dst=ff0e::1234").With("eth.dst=33:33:00:00:12:34"), "no router alert")
	a.ignored(mld("ff0e::1234", query...).With("ip.src=peer"), "a source that is not link-local, and a checksum that is not its")
	a.ignored(mld("ff0e::1234", query...).IP("ttl 255"), "a hop limit of 255")
	return a.twin("in ip.ttl=1", "a hop limit of 255").ends()
}

func icmpv6Short() *build.Case {
	a := must("R119", "icmpv6-short", "A message that is shorter than its kind demands is dropped, its checksum right.", v6, "RFC4443:4.1:1", "RFC4861:7.1.1:4", "RFC4861:8.1:5").connected()
	for _, m := range []struct{ typ, least int }{{1, 48}, {2, 48}, {3, 48}, {4, 48}, {128, 8}, {129, 8}, {130, 24}, {131, 24}, {132, 24}, {133, 8}, {134, 16}, {135, 24}, {136, 24}, {137, 40}, {143, 8}} {
		for _, n := range []int{1, 3, 4, 5, 7, 8, 15, 23, 39, 47} {
			if n < m.least {
				a.ignored(icmp(script.IPv6, append([]byte{byte(m.typ)}, make([]byte, n-1)...)...).IP("ttl 255"), fmt.Sprintf("%d bytes of type %d", n, m.typ))
			}
		}
	}
	a.ignored(echo("56").With("ip.len=7"), "seven bytes of an echo request")
	return a.twin("in good", "seven bytes of an echo request").ends()
}
