package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// sourcesQuery is one of the newest version about these sources of a group, numbered.
func sourcesQuery(group wire.Addr, seconds int, sources ...byte) []byte {
	more := []byte{0, 0, 0, byte(len(sources))}
	for _, n := range sources {
		a := make([]byte, group.Len())
		a[0], a[len(a)-1] = 0x20, n
		more = append(more, a...)
	}
	if group.Is4() {
		return igmpFrame(group, true, igmpMessage(wire.IGMPQuery, uint8(10*seconds), group, more...))
	}
	return mldFrame(router6, group, 1, true, mldMessage(wire.ICMPv6MLDQuery, uint16(1000*seconds), group, more...))
}

// TestQueryOfSources: RFC 3376 5.2, RFC 3810 6.2. The answer is for the sources that were asked about, whether in one query
// or in several; if they are too many, or the whole group is asked about before or after, for all.
func TestQueryOfSources(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group, f.second)
		ask := func(want string, queries ...[]byte) {
			t.Helper()
			h.receive(queries...)
			h.next(10 * time.Second)
			for range 10 {
				h.advance(time.Second)
			}
			got := h.sent()
			require.Equal(t, f.to+want+" "+f.group.String(), got[0])
			if len(got) > 1 {
				require.Len(t, got, 2)
				require.NotContains(t, got[1], f.group.String())
			}
			h.wantIdle()
		}
		ask("wants 1 of", sourcesQuery(f.group, 1, 7))
		ask("wants 4 of", sourcesQuery(f.group, 1, 7, 8, 9, 10))
		ask("is in", sourcesQuery(f.group, 1, 7, 8, 9, 10, 11))
		ask("wants 3 of", sourcesQuery(f.group, 2, 7, 8), sourcesQuery(f.group, 1, 8, 9))
		ask("is in", sourcesQuery(f.group, 2, 7, 8, 9), sourcesQuery(f.group, 1, 10, 11))
		ask("is in", sourcesQuery(f.group, 1, 7), queryFrame(f.group, 0, 1))
		ask("is in", queryFrame(f.group, 0, 1), sourcesQuery(f.group, 1, 7))
		ask("wants 1 of", sourcesQuery(f.group, 1, 7))

		h.receive(sourcesQuery(f.group, 1, 7))
		require.Equal(t, OK, h.MulticastLeave(f.group))
		h.advance(0)
		h.wantSent(f.to + "leaves " + f.group.String())
		h.next(time.Second)
		h.wantSent(f.to + "leaves " + f.group.String())
		h.wantIdle()
	})
}

// TestSourcesOfAllGroups: a query of no group has no sources, whatever it says.
func TestSourcesOfAllGroups(t *testing.T) {
	h := newHost(t, nil)
	h.settleGroups(group4)
	h.receive(igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPQuery, 0, anyGroup4, 0, 0, 0, 1, 1, 2, 3, 4)))
	h.wantSent(groupFamilies[0].to + "is in 239.1.2.3")
}

// TestQuerierVariables: the robustness variable and the interval are the querier's, until it does not say (RFC 3376 4.1.6,
// 4.1.7, 8.12; RFC 3810 5.1.8, 5.1.9, 9.12).
func TestQuerierVariables(t *testing.T) {
	query := func(f groupFamily, robust, interval byte) []byte {
		if f.group.Is4() {
			return igmpFrame(wire.AllHosts4, true, igmpMessage(wire.IGMPQuery, 10, anyGroup4, robust, interval, 0, 0))
		}
		return mldFrame(router6, wire.AllNodes6, 1, true, mldMessage(wire.ICMPv6MLDQuery, 1000, anyGroup6, robust, interval, 0, 0))
	}
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		told := func() (n int) {
			require.Equal(t, OK, h.MulticastJoin(f.group))
			for range 12 {
				h.advance(time.Second)
			}
			n = len(h.sent())
			require.Equal(t, OK, h.MulticastLeave(f.group))
			for range 12 {
				h.advance(time.Second)
			}
			require.Len(t, h.sent(), n)
			return n
		}
		older := func(d time.Duration) {
			t.Helper()
			h.receive(queryFrame(f.any, 1, 1))
			h.now += d
			h.setVersion(h.now-1, int(h.familyOf(f)))
			require.Equal(t, uint8(1), h.groups[h.familyOf(f)].version)
			h.setVersion(h.now, h.familyOf(f))
			require.Equal(t, uint8(newestVersion), h.groups[h.familyOf(f)].version)
		}
		require.Equal(t, 2, told())
		older(251 * time.Second)
		h.receive(query(f, 5, 10))
		h.advance(time.Second)
		h.sent()
		require.Equal(t, 5, told())
		older(51 * time.Second)
		h.receive(query(f, 3, 0x80))
		older(385 * time.Second)
		h.receive(query(f, 0, 0))
		h.advance(time.Second)
		h.sent()
		require.Equal(t, 2, told())
		older(251 * time.Second)
	})
}

func (h *host) familyOf(f groupFamily) int {
	g := Group{addr: f.group}
	return g.family()
}

// TestGroupQueryOfVersion2: only a general query of IGMPv2 shows a router of that version; any of MLDv1 does (RFC 3376 7.2.1,
// RFC 3810 8.2.1).
func TestGroupQueryOfVersion2(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group)
		h.receive(queryFrame(f.group, 1, 1))
		h.next(time.Second)
		want := f.to + "is in " + f.group.String()
		if f.group.Is6() {
			want = "33:33:00:00:12:34: fe80::ff:fe00:1 > ff0e::1234 mld report ff0e::1234"
		}
		h.wantSent(want)
	})
}

// TestQueryOfVersion1: whatever stands in the place of the group means nothing (RFC 1112 appendix I).
func TestQueryOfVersion1(t *testing.T) {
	h := newHost(t, nil)
	h.settleGroups(group4)
	h.receive(igmpFrame(wire.AllHosts4, false, igmpMessage(wire.IGMPQuery, 0, addr("239.9.9.9"))))
	h.next(10 * time.Second)
	h.wantSent("01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 12 239.1.2.3")
}

// TestOlderAnswersKeepTheirTime: in the older versions a query moves an answer only if it leaves less time than there is (RFC
// 2236 3, RFC 2710 4): many queries do not bring all answers at once.
func TestOlderAnswersKeepTheirTime(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		h.settleGroups(f.group)
		h.receive(queryFrame(f.any, 1, 10))
		at := h.findGroup(f.group).answer
		for range 30 {
			h.receive(queryFrame(f.any, 1, 10))
			require.Equal(t, at, h.findGroup(f.group).answer)
		}
		h.receive(queryFrame(f.any, 1, 1))
		require.LessOrEqual(t, h.findGroup(f.group).answer.time, h.now+time.Second)
	})
}

// TestOwnSolicitedNodeGroup: an application that joins and leaves the group of an address of ours does not take us out of it.
func TestOwnSolicitedNodeGroup(t *testing.T) {
	h := newHost(t, nil)
	require.Equal(t, OK, h.MulticastJoin(meGroup6))
	require.Equal(t, OK, h.MulticastLeave(meGroup6))
	require.Equal(t, OK, h.MulticastLeave(meGroup6))
	h.wantIdle()
	h.receive(queryFrame(anyGroup6, 0, 0))
	h.wantSent(groupFamilies[1].to + "is in " + meGroup6.String())
}

// TestReportedFromNoAddress: what was joined while the address was tentative is told again from it (RFC 3590 4).
func TestReportedFromNoAddress(t *testing.T) {
	h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits = 1 })
	require.Equal(t, OK, h.MulticastJoin(group6))
	h.advance(0)
	h.wantSent("33:33:00:00:00:16: :: > ff02::16 mld2 joins ff0e::1234")
	for range 4 {
		h.advance(time.Second)
	}
	const again = "33:33:00:00:00:16: fe80::ff:fe00:1 > ff02::16 mld2 joins ff0e::1234"
	require.Equal(t, []string{again, again}, h.sent()[3:])
}

// TestAlertElsewhere: a router alert is an option of the hop-by-hop header (RFC 2711 2.1).
func TestAlertElsewhere(t *testing.T) {
	h := newHost(t, nil)
	f := queryFrame(anyGroup6, 0, 1)
	f[14+6] = wire.ProtoDestOpts
	h.receive(f)
	h.wantCount(DropGroupInvalid)
}

// TestVersionOfOneFamily: a router of an older version of one family's protocol is none of the other's, and voids what was
// still to be repeated of its own family only (RFC 3376 7.2.1, RFC 3810 8.2.1).
func TestVersionOfOneFamily(t *testing.T) {
	h := newHost(t, nil)
	require.Equal(t, OK, h.MulticastJoin(group4))
	require.Equal(t, OK, h.MulticastJoin(group6))
	h.advance(0)
	require.Len(t, h.sent(), 2)
	h.receive(igmpFrame(wire.AllHosts4, false, igmpMessage(wire.IGMPQuery, 0, anyGroup4)))
	for range 11 {
		h.advance(time.Second)
	}
	require.ElementsMatch(t, []string{
		groupFamilies[1].to + "joins ff0e::1234",
		"01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 igmp 12 239.1.2.3", // the answer
	}, h.sent())
}

// TestAnswerAfterARepetition: a change that is told once more is no answer to a query that came in between.
func TestAnswerAfterARepetition(t *testing.T) {
	eachGroupFamily(t, func(t *testing.T, h *host, f groupFamily) {
		require.Equal(t, OK, h.MulticastJoin(f.group))
		h.advance(0)
		h.sent()
		h.receive(queryFrame(f.group, 0, 1))
		g := h.findGroup(f.group)
		g.change, g.answer.time = h.now+1, h.now+2
		h.advance(1)
		h.wantSent(f.to + "joins " + f.group.String())
		h.advance(1)
		h.wantSent(f.to + "is in " + f.group.String())
		h.wantIdle()
	})
}

// TestLinkForgetsQueriers: what was known of the routers of one link says nothing of another's.
func TestLinkForgetsQueriers(t *testing.T) {
	h := newHost(t, nil)
	h.receive(queryFrame(anyGroup4, 1, 1))
	h.SetLink(h.now, false)
	h.SetLink(h.now, true)
	require.Equal(t, OK, h.MulticastJoin(group4))
	h.advance(0)
	h.wantSent(groupFamilies[0].to + "joins 239.1.2.3")
}
