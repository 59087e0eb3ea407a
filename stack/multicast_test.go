package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// groupFamily is what memberships look like in one family.
type groupFamily struct {
	name          string
	group, second wire.Addr
	to            string // what comes before the records of the newest version
	any           wire.Addr
}

var groupFamilies = []groupFamily{
	{"IGMP", group4, addr("239.1.2.4"), "01:00:5e:00:00:16: 192.0.2.1 > 224.0.0.22 igmp3 ", anyGroup4},
	{"MLD", group6, addr("ff0e::1235"), "33:33:00:00:00:16: fe80::ff:fe00:1 > ff02::16 mld2 ", anyGroup6},
}

func eachGroupFamily(t *testing.T, test func(t *testing.T, h *host, f groupFamily)) {
	for _, f := range groupFamilies {
		t.Run(f.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.now = time.Hour
			test(t, h, f)
		})
	}
}

// TestJoinAndLeave: a change is told at once, and once more within a second; who has joined twice leaves twice.
func TestJoinAndLeave(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		told := func(what string) {
			t.Helper()
			h.advance(0)
			h.wantSent(f.to + what)
			h.next(time.Second)
			h.wantSent(f.to + what)
			h.wantIdle()
		}
		require.Equal(t, OK, h.MulticastJoin(f.group))
		told("joins " + f.group.String())
		require.Equal(t, OK, h.MulticastJoin(f.group))
		h.wantIdle()
		require.Equal(t, OK, h.MulticastLeave(f.group))
		h.wantIdle()
		require.Equal(t, OK, h.MulticastLeave(f.group))
		told("leaves " + f.group.String())
		h.wantSent()
		require.Equal(t, Invalid, h.MulticastLeave(f.group))
		require.Equal(t, uint64(4), h.Counter(GroupReportsSent))
	})
}

// TestChangesOfMind: what is told is what holds.
func TestChangesOfMind(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		require.Equal(t, OK, h.MulticastJoin(f.group))
		require.Equal(t, OK, h.MulticastLeave(f.group))
		require.Equal(t, OK, h.MulticastJoin(f.group))
		require.Equal(t, OK, h.MulticastJoin(f.second))
		h.advance(0)
		h.wantSent(f.to + "joins " + f.group.String() + ", joins " + f.second.String())
		require.Equal(t, OK, h.MulticastLeave(f.group))
		h.advance(0)
		h.wantSent(f.to + "leaves " + f.group.String())
		require.Equal(t, OK, h.MulticastJoin(f.group))
		h.advance(0)
		h.wantSent(f.to + "joins " + f.group.String())
	})
}

func TestMulticastJoinRefuses(t *testing.T) {
	h := newHost(t, nil) // three rows
	for _, a := range []string{"192.0.2.2", "0.0.0.0", "255.255.255.255", "192.0.2.255", "::", "2001:db8::2", "ff01::5", "ff00::5"} {
		require.Equal(t, Invalid, h.MulticastJoin(addr(a)), a)
		require.Equal(t, Invalid, h.MulticastLeave(addr(a)), a)
	}
	require.Equal(t, Invalid, h.MulticastJoin(wire.Addr{}))
	require.Equal(t, Invalid, h.MulticastLeave(wire.Addr{}))
	for _, a := range []wire.Addr{wire.AllHosts4, wire.AllNodes6} {
		require.Equal(t, OK, h.MulticastJoin(a))
		require.Equal(t, OK, h.MulticastLeave(a))
		require.Equal(t, OK, h.MulticastLeave(a), "we always are, and nobody is told (RFC 3376 6)")
	}
	h.wantIdle()
	h.wantSent()
	for n := range byte(3) {
		require.Equal(t, OK, h.MulticastJoin(wire.IPv4(239, 0, 0, n)))
	}
	require.Equal(t, TableFull, h.MulticastJoin(wire.IPv4(239, 0, 0, 9)))
	require.Equal(t, OK, h.MulticastLeave(wire.IPv4(239, 0, 0, 1)))
	h.advance(0)
	h.advance(time.Second)
	require.Equal(t, OK, h.MulticastJoin(wire.IPv4(239, 0, 0, 9)))

	only4 := newHost(t, func(c *Config, _ *Storage) { c.IPv6, c.Gateway6 = wire.Prefix{}, wire.Addr{} })
	require.Equal(t, NetUnreachable, only4.MulticastJoin(group6))
	only6 := newHost(t, func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = wire.Prefix{}, wire.Addr{} })
	require.Equal(t, NetUnreachable, only6.MulticastJoin(group4))
	none := newHost(t, func(_ *Config, st *Storage) { st.Groups = nil })
	require.Equal(t, TableFull, none.MulticastJoin(group4))
}

// TestGroupLeftGivesWay: what is only kept until routers have been told that it was left keeps nobody from joining, however
// long it cannot be told: without a link, without an address, without a transmit buffer.
func TestGroupLeftGivesWay(t *testing.T) {
	for name, mute := range map[string]func(h *host){
		"no link": func(h *host) { h.SetLink(h.now, false) },
		"no address": func(h *host) {
			h.SetLink(h.now, false)
			h.SetClaims(1, true, false)
			h.SetLink(h.now, true)
		},
		"no transmit buffer": func(h *host) { h.slots(0) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, nil) // three rows
			mute(h)
			for n := range byte(9) {
				require.Equal(t, OK, h.MulticastJoin(wire.IPv4(239, 0, 0, n)), "%d", n)
				wantSound(t, &h.Stack, h.now)
				require.Equal(t, OK, h.MulticastLeave(wire.IPv4(239, 0, 0, n)))
				wantSound(t, &h.Stack, h.now)
			}
			for n := range byte(3) {
				require.Equal(t, OK, h.MulticastJoin(wire.IPv4(239, 0, 0, n)))
			}
			require.Equal(t, TableFull, h.MulticastJoin(wire.IPv4(239, 0, 0, 3)), "these are members")
		})
	}
}

// TestMulticastDelivery: datagrams to a group come as long as it is joined, and no ICMP error answers them.
func TestMulticastDelivery(t *testing.T) {
	for _, c := range []struct{ peer, group, other wire.Addr }{
		{peer4, group4, addr("239.1.2.4")}, {peer6, group6, addr("ff0e::1235")},
	} {
		h := newHost(t, nil)
		id := h.open(wire.Addr{}, 7)
		say := func(group wire.Addr) string {
			h.receive(udpFrame(c.peer, group, 9, 7, "x"))
			return h.receiveUDP(id)
		}
		require.Empty(t, say(c.group))
		require.Equal(t, OK, h.MulticastJoin(c.group))
		require.Equal(t, c.peer.String()+":9 > "+c.group.String()+" x", say(c.group))
		require.Empty(t, say(c.other))
		require.Equal(t, OK, h.MulticastLeave(c.group))
		require.Empty(t, say(c.group), "even while the routers are being told")
		require.Equal(t, OK, h.MulticastJoin(c.group))
		h.sent()
		h.receive(udpFrame(c.peer, c.group, 9, 8, "nobody listens there"))
		h.advance(2 * time.Second)
		for _, f := range h.sent() {
			require.Contains(t, f, "joins")
		}
	}
}

// TestQuery: all groups are in one answer, after a random time that the query limits; of one group only that.
func TestQuery(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group, f.second)
		h.receive(queryFrame(f.any, 0, 8))
		d := h.next(8 * time.Second)
		require.NotZero(t, d)
		records := "is in " + f.group.String() + ", is in " + f.second.String()
		if f.group.Is6() {
			records = "is in ff02::1:ff00:1, " + records
		}
		h.wantSent(f.to + records)
		h.wantIdle()
		h.receive(queryFrame(f.second, 0, 1))
		h.next(time.Second)
		h.wantSent(f.to + "is in " + f.second.String())
		h.wantIdle()
		h.receive(queryFrame(f.any, 0, 0))
		h.wantSent(f.to + records)
		require.Empty(t, h.drops())
	})
}

// settleGroups joins groups and lets all be told.
func (h *host) settleGroups(groups ...wire.Addr) {
	h.t.Helper()
	for _, g := range groups {
		require.Equal(h.t, OK, h.MulticastJoin(g))
	}
	h.advance(0)
	h.advance(10 * time.Second)
	h.sent()
	h.wantIdle()
}

// TestQueriesMerge: the sooner of two answers serves both queries.
func TestQueriesMerge(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group)
		for range 5 {
			h.receive(queryFrame(f.any, 0, 10))
		}
		h.receive(queryFrame(f.group, 0, 1))
		h.next(time.Second)
		h.advance(20 * time.Second)
		n := 0
		for _, s := range h.sent() {
			if s == f.to+"is in "+f.group.String() {
				n++
			}
		}
		require.Equal(t, 1, n)
	})
}

// TestOlderRouters: RFC 3376 7.2.1, RFC 3810 8.2.1. Each group has its own report, to the group; a group that was left has a
// message to all routers where the version has one; later the newest version is spoken again.
func TestOlderRouters(t *testing.T) {
	for _, c := range []struct {
		name                string
		f                   groupFamily
		age                 int
		join, leave, second string
	}{
		{"IGMPv2", groupFamilies[0], 1, "01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 16 239.1.2.3",
			"01:00:5e:00:00:02: 192.0.2.1 > 224.0.0.2 igmp 17 239.1.2.3", "01:00:5e:01:02:04: 192.0.2.1 > 239.1.2.4 igmp 16 239.1.2.4"},
		{"IGMPv1", groupFamilies[0], 2, "01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 12 239.1.2.3",
			"", "01:00:5e:01:02:04: 192.0.2.1 > 239.1.2.4 igmp 12 239.1.2.4"},
		{"MLDv1", groupFamilies[1], 1, "33:33:00:00:12:34: fe80::ff:fe00:1 > ff0e::1234 mld report ff0e::1234",
			"33:33:00:00:00:02: fe80::ff:fe00:1 > ff02::2 mld done ff0e::1234", "33:33:00:00:12:35: fe80::ff:fe00:1 > ff0e::1235 mld report ff0e::1235"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.receive(queryFrame(c.f.any, c.age, 10))
			for range 3 {
				h.advance(10 * time.Second)
			}
			h.sent()
			require.Equal(t, OK, h.MulticastJoin(c.f.group))
			h.advance(0)
			h.wantSent(c.join)
			h.next(10 * time.Second)
			h.wantSent(c.join)
			h.wantIdle()

			h.settleGroups(c.f.second)
			h.receive(queryFrame(c.f.any, c.age, 10))
			for range 11 {
				h.advance(time.Second)
			}
			sent := h.sent()
			require.Contains(t, sent, c.join)
			require.Contains(t, sent, c.second)
			h.receive(queryFrame(c.f.second, 0, 10))
			h.next(10 * time.Second)
			h.wantSent(c.second)

			require.Equal(t, OK, h.MulticastLeave(c.f.group))
			h.advance(0)
			if c.leave == "" {
				h.wantSent()
			} else {
				h.wantSent(c.leave)
			}
			h.wantIdle()

			h.now += 260*time.Second + 1
			require.Equal(t, OK, h.MulticastJoin(c.f.group))
			h.advance(0)
			h.wantSent(c.f.to + "joins " + c.f.group.String())
		})
	}
}

// TestOldestRouterWins: one that speaks version 1 is not forgotten for one that speaks version 2.
func TestOldestRouterWins(t *testing.T) {
	h := newHost(t, nil)
	join := func() {
		h.settleGroups()
		h.MulticastLeave(group4)
		h.advance(0)
		h.sent()
		require.Equal(t, OK, h.MulticastJoin(group4))
		h.advance(0)
	}
	h.receive(queryFrame(anyGroup4, 2, 10))
	h.advance(200 * time.Second)
	h.receive(queryFrame(anyGroup4, 1, 10))
	join()
	h.wantSent("01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 12 239.1.2.3")
	h.advance(70 * time.Second)
	h.advance(10 * time.Second)
	join()
	h.wantSent("01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 16 239.1.2.3")
}

// TestSuppression: where the version has it, somebody else's report serves for ours, and then leaving is not ours to tell.
func TestSuppression(t *testing.T) {
	reports := map[string][]byte{
		"IGMP": igmpFrame(group4, true, igmpMessage(wire.IGMPv2Report, 0, group4)),
		"MLD":  mldFrame(peerLL6, group6, 1, true, mldMessage(wire.ICMPv6MLDReport, 0, group6)),
	}
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.receive(queryFrame(f.any, 1, 10))
		h.advance(20 * time.Second)
		h.settleGroups(f.group)
		h.receive(queryFrame(f.group, 1, 10))
		h.receive(reports[f.name])
		h.wantIdle()
		h.advance(20 * time.Second)
		require.Equal(t, OK, h.MulticastLeave(f.group))
		h.advance(0)
		h.wantSent()
		require.Empty(t, h.drops())
	})
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group)
		h.receive(queryFrame(f.group, 0, 10))
		h.receive(reports[f.name])
		h.wantCount(DropGroupIgnored)
		h.next(10 * time.Second)
		h.wantSent(f.to + "is in " + f.group.String())
	})
}

// TestReportWaitsForATransmitBuffer: one that could not be sent was not.
func TestReportWaitsForATransmitBuffer(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		for _, age := range []int{0, 1} {
			h.settleGroups()
			if age == 1 {
				h.receive(queryFrame(f.any, 1, 1))
				h.advance(10 * time.Second)
				h.sent()
			}
			h.slots(0)
			require.Equal(t, OK, h.MulticastJoin(f.group))
			h.advance(5 * time.Second)
			h.wantNext(transmitRetry)
			h.slots(8)
			h.advance(0)
			require.Len(t, h.sent(), 1)
			h.next(10 * time.Second)
			require.Len(t, h.sent(), 1)
			h.slots(0)
			require.Equal(t, OK, h.MulticastLeave(f.group))
			h.wantNext(transmitRetry)
			h.slots(8)
			h.advance(0)
			require.Len(t, h.sent(), 1)
		}
	})
}

// TestManyGroups: what does not fit into one report is in another.
func TestManyGroups(t *testing.T) {
	for _, family := range []func(n int) wire.Addr{
		func(n int) wire.Addr { return wire.IPv4(239, 1, byte(n>>8), byte(n)) },
		func(n int) wire.Addr {
			return wire.AddrFrom16([16]byte{0: 0xff, 1: 0xe, 14: byte(n >> 8), 15: byte(n)})
		},
	} {
		h := newHost(t, func(_ *Config, st *Storage) { st.Groups = make([]Group, 600) })
		h.slots(40)
		for n := range 600 {
			require.Equal(t, OK, h.MulticastJoin(family(n)))
		}
		h.advance(0)
		records := 0
		for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
			require.LessOrEqual(t, len(f), 1514)
			n := 14 + 24 + 7
			if wire.Ethernet(f).Type() == wire.EtherTypeIPv6 {
				n = 14 + 48 + 7
			}
			records += int(f[n])
			h.dev.Done()
		}
		require.Equal(t, 600, records)
	}
}

// TestOwnGroups: the solicited-node groups are told when the link comes up, if they are to be: before an address is probed
// for, and from no address (RFC 4862 5.4.2, RFC 3810 5.2.13).
func TestOwnGroups(t *testing.T) {
	const from0, records = "33:33:00:00:00:16: :: > ff02::16 mld2 ", "joins ff02::1:ff00:1"
	h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits, c.ReportNodes = 1, true })
	h.next(time.Second)
	h.wantSent(from0+records, dadLink, dadOwn)
	for range 4 {
		h.advance(time.Second / 2)
	}
	h.wantStatus(OK, me6, meLink6)
	again := "33:33:00:00:00:16: fe80::ff:fe00:1 > ff02::16 mld2 " + records
	h.wantSent(from0+records, again, again)

	h.SetLink(h.now, false)
	h.SetClaims(0, false, true)
	h.SetLink(h.now, true)
	h.advance(0)
	h.wantSent("33:33:00:00:00:16: fe80::ff:fe00:1 > ff02::16 mld2 " + records)
	h.SetLink(h.now, false)
	h.SetClaims(0, false, false)
	h.SetLink(h.now, true)
	h.wantIdle()
	h.wantSent()

	two := newHost(t, func(c *Config, _ *Storage) { c.IPv6.Addr, c.ReportNodes = addr("2001:db8::5"), true })
	two.advance(0)
	two.wantSent("33:33:00:00:00:16: fe80::ff:fe00:1 > ff02::16 mld2 " + records + ", joins ff02::1:ff00:5")
}

// TestOwnGroupsDoNotKeepProbesBack: a report takes one transmit buffer, once.
func TestOwnGroupsDoNotKeepProbesBack(t *testing.T) {
	h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits, c.ReportNodes, c.Entropy[20] = 1, true, 1 })
	h.slots(0)
	h.advance(0)
	h.advance(2 * time.Second)
	for range 3 {
		h.slots(1)
		h.now += transmitRetry
		h.advance(0)
		require.Len(t, h.sent(), 1)
	}
	h.wantStatus(InProgress, me6)
	h.slots(8)
	h.now += 3 * time.Second
	h.advance(0)
	h.wantStatus(OK, me6, meLink6)
}

// TestMembershipsOutliveTheLink: the routers of a link that comes up are told.
func TestMembershipsOutliveTheLink(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group, f.second)
		require.Equal(t, OK, h.MulticastLeave(f.second))
		h.SetLink(h.now, false)
		h.wantIdle()
		h.advance(time.Minute)
		h.wantSent()
		h.SetLink(h.now, true)
		h.advance(0)
		h.wantSent(f.to + "joins " + f.group.String())
	})
}

// TestMembershipsWaitForAnAddress: a tentative IPv4 address says nothing.
func TestMembershipsWaitForAnAddress(t *testing.T) {
	h := claiming(t, 0, true)
	require.Equal(t, OK, h.MulticastJoin(group4))
	for range 3 {
		h.next(2 * time.Second)
	}
	h.wantSent(arpProbe4, arpProbe4, arpProbe4)
	h.next(2 * time.Second)
	h.wantSent(arpIsOurs, groupFamilies[0].to+"joins 239.1.2.3")
}

// TestMemberships: whatever is joined, left and asked, and in whatever version, there is always a next deadline or nothing
// to do, all that is told is true, and in the end the routers know.
func TestMemberships(t *testing.T) { rapid.Check(t, propertyMemberships) }

func FuzzMemberships(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyMemberships)) }

func propertyMemberships(rt *rapid.T) {
	h := newHost(rt, nil)
	f := rapid.SampledFrom(groupFamilies).Draw(rt, "family")
	joined := map[wire.Addr]int{}
	groups := []wire.Addr{f.group, f.second}
	for range rapid.IntRange(1, 40).Draw(rt, "steps") {
		h.slots(rapid.SampledFrom([]int{0, 1, 8}).Draw(rt, "buffers"))
		g := rapid.SampledFrom(groups).Draw(rt, "group")
		switch rapid.IntRange(0, 5).Draw(rt, "what") {
		case 0:
			require.Equal(rt, OK, h.MulticastJoin(g))
			joined[g]++
		case 1:
			want := OK
			if joined[g] == 0 {
				want = Invalid
			} else {
				joined[g]--
			}
			require.Equal(rt, want, h.MulticastLeave(g))
		case 2:
			h.receive(queryFrame(rapid.SampledFrom([]wire.Addr{f.any, g}).Draw(rt, "of"),
				rapid.IntRange(0, 2).Draw(rt, "age"), rapid.IntRange(0, 20).Draw(rt, "seconds")))
		default:
			h.now += time.Duration(rapid.Int64Range(0, 300e9).Draw(rt, "time"))
		}
		next, ok := h.Poll(h.now)
		require.True(rt, !ok || next > h.now)
		h.sent()
		for _, g := range groups {
			require.Equal(rt, joined[g] > 0, h.isMember(g))
		}
	}
	h.slots(8)
	for n := 0; ; n++ {
		require.Less(rt, n, 20, "there is an end to it")
		next, ok := h.Poll(h.now)
		h.sent()
		if !ok {
			break
		}
		h.now = next
	}
	for _, g := range groups {
		require.Equal(rt, joined[g] > 0, h.findGroup(g) != nil, "a row that nobody needs is free")
	}
}

// groupDrops are messages that change nothing.
var groupDrops = []drop{
	{"IGMP cut short", igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPQuery, 1, anyGroup4)[:8:8])[:14+24+7], DropIPv4TotalLen},
	{"IGMP too short", ip4Frame(router4, wire.AllHosts4, wire.ProtoIGMP, make([]byte, 7)), DropGroupInvalid},
	{"IGMP checksum", spoil(queryFrame(anyGroup4, 1, 1), 14+24+1, set(9)), DropIGMPChecksum},
	{"IGMPv2 query without router alert", igmpFrame(wire.AllHosts4, false, igmpMessage(wire.IGMPQuery, 1, anyGroup4)), DropGroupInvalid},
	{"IGMPv3 query without router alert", igmpFrame(wire.AllHosts4, false, igmpMessage(wire.IGMPQuery, 1, anyGroup4, 0, 0, 0, 0)), DropGroupInvalid},
	{"IGMPv3 query with more sources than bytes", igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPQuery, 1, anyGroup4, 0, 0, 0, 1)), DropGroupInvalid},
	{"IGMP query between the versions", igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPQuery, 1, anyGroup4, 0, 0)), DropGroupInvalid},
	{"IGMP leave", igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPLeave, 0, group4)), DropGroupIgnored},
	{"IGMPv3 report", igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPv3Report, 0, anyGroup4)), DropGroupIgnored},
	{"IGMP of no known type", igmpFrame(wire.AllHosts4, true, igmpMessage(99, 0, group4)), DropGroupIgnored},
	{"MLD too short", mldFrame(router6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6)[:23]), DropGroupInvalid},
	{"MLD between the versions", mldFrame(router6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6, 0, 0)), DropGroupInvalid},
	{"MLD with more sources than bytes", mldFrame(router6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6, 0, 0, 0, 1)), DropGroupInvalid},
	{"MLD from beyond the link", mldFrame(router6, wire.AllNodes6, 2, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6)), DropGroupInvalid},
	{"MLD from another scope", mldFrame(peer6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6)), DropGroupInvalid},
	{"MLD query from no address", mldFrame(wire.Any6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6)), DropGroupInvalid},
	{"MLD report from no address", mldFrame(wire.Any6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDReport, 0, group6)), DropGroupIgnored},
	{"MLD without router alert", mldFrame(router6, wire.AllNodes6, 1, false, mldMessage(wire.ICMPv6MLDQuery, 1, anyGroup6)), DropGroupInvalid},
	{"MLD done", mldFrame(router6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDDone, 0, group6)), DropICMPIgnored},
}

func TestGroupDrops(t *testing.T) { testDrops(t, groupDrops) }

// TestForgedQuery: a general query goes to all hosts or to us, and nowhere else (RFC 3376 9.1).
func TestForgedQuery(t *testing.T) {
	h := newHost(t, nil)
	h.settleGroups(group4)
	h.receive(igmpFrame(group4, true, igmpMessage(wire.IGMPQuery, 1, anyGroup4)))
	h.wantCount(DropGroupInvalid)
	h.wantIdle()
	h.receive(igmpFrame(me4, true, igmpMessage(wire.IGMPQuery, 10, anyGroup4, 0, 0, 0, 0)))
	h.next(time.Second)
	h.wantSent(groupFamilies[0].to + "is in 239.1.2.3")
}

func TestNoAllocationForGroups(t *testing.T) {
	h := newHost(t, nil)
	frames := [][]byte{queryFrame(anyGroup4, 1, 1), queryFrame(anyGroup6, 1, 1), queryFrame(anyGroup4, 0, 1), queryFrame(anyGroup6, 0, 1)}
	for _, d := range groupDrops {
		frames = append(frames, d.frame)
	}
	require.Zero(t, testing.AllocsPerRun(20, func() {
		h.MulticastJoin(group4)
		h.MulticastJoin(group6)
		for _, f := range frames {
			h.dev.Put(f)
			h.Poll(h.now)
			for h.dev.Sent() != nil {
				h.dev.Done()
			}
			h.now += 100 * time.Second
		}
		h.MulticastLeave(group4)
		h.MulticastLeave(group6)
	}))
}
