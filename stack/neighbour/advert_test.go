package neighbour

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// before makes neighbour 1 be in a state at time 0, at station 1 where its address is known.
var before = map[State]func(*testing.T, *Table){
	Free:       func(*testing.T, *Table) {},
	Incomplete: func(t *testing.T, table *Table) { begin(t, table, 0, 1) },
	Reachable:  func(t *testing.T, table *Table) { resolved(t, table, 0, 1) },
	Stale:      func(t *testing.T, table *Table) { stale(t, table, 0, 1) },
	Delay:      func(t *testing.T, table *Table) { table.Use(0, stale(t, table, 0, 1), us, true) },
	Probe: func(t *testing.T, table *Table) {
		i := stale(t, table, -DelayTime, 1)
		table.Use(-DelayTime, i, us, true)
		require.Equal(t, Ask, table.Due(0, i))
		table.Solicited(0, i)
	},
	Failed: func(t *testing.T, table *Table) { table.Fail(0, begin(t, table, 0, 1)) },
}

// after is what an advertisement makes of a neighbour.
type after struct {
	state  State
	mac    byte // the station, 0 for none
	useful bool
}

// The option of an advertisement: without, with station 1 as known, with station 2.
const (
	without = iota
	same
	another
)

// rule is RFC 4861 7.2.5 in the order of its own paragraphs, for a neighbour that has a row.
func rule(s State, solicited, override bool, option int) after {
	known := after{state: s, mac: 1, useful: true}
	switch {
	case s == Free || s == Failed:
		return after{state: s}
	case s == Incomplete && option == without:
		return after{state: s}
	case s == Incomplete && solicited:
		return after{Reachable, byte(option), true}
	case s == Incomplete:
		return after{Stale, byte(option), true}
	case !override && option == another && s == Reachable:
		return after{Stale, 1, true}
	case !override && option == another:
		return after{s, 1, false}
	}
	if option == another {
		known.mac = 2
		known.state = Stale
	}
	if solicited {
		known.state = Reachable
	}
	return known
}

// TestAdvertisement is RFC 4861 7.2.5 (and its appendix C): every state, every flag, and the same, another or no
// link-layer address.
func TestAdvertisement(t *testing.T) {
	for state := Free; state <= Failed; state++ {
		for flags := range 8 {
			for option := without; option <= another; option++ {
				a := Advertisement{
					Target: host(1), Router: flags&4 != 0, Solicited: flags&2 != 0, Override: flags&1 != 0,
					MAC: station(byte(option)), HasMAC: option != without,
				}
				t.Run(fmt.Sprintf("state %d, RSO %03b, option %d", state, flags, option), func(t *testing.T) {
					table := newTable(1, 1)
					before[state](t, table)
					want := rule(state, a.Solicited, a.Override, option)
					require.Equal(t, want.useful, table.Advertisement(0, &a))
					_, mac, now := table.Lookup(0, host(1))
					require.Equal(t, want.state, now)
					if want.mac != 0 {
						require.Equal(t, station(want.mac), mac)
					}
					// IsRouter follows every advertisement that updates the entry, and no other.
					updates := want.useful && (a.Override || option != another || state == Incomplete)
					require.Equal(t, updates && a.Router, table.IsRouter(host(1)))
				})
			}
		}
	}
}

// TestOutlivedAdvertisement: what is forgotten stays so.
func TestOutlivedAdvertisement(t *testing.T) {
	table := newTable(1, 1)
	resolved(t, table, -Lifetime, 1)
	require.False(t, table.Advertisement(0, &Advertisement{Target: host(1), MAC: station(1), HasMAC: true, Solicited: true}))
	requireState(t, table, 0, 1, Free)
}

// TestIsRouter: RFC 4861 7.2.5 has the flag follow every advertisement that counts.
func TestIsRouter(t *testing.T) {
	table := newTable(2, 1)
	require.False(t, table.IsRouter(host(1)))
	begin(t, table, 0, 1)
	for _, router := range []bool{true, false, true} {
		require.True(t, table.Advertisement(0, &Advertisement{
			Target: host(1), MAC: station(1), HasMAC: true, Solicited: true, Router: router,
		}))
		require.Equal(t, router, table.IsRouter(host(1)))
	}
	table.Advertisement(0, &Advertisement{Target: host(1), MAC: wire.MAC{2, 9}, HasMAC: true})
	require.True(t, table.IsRouter(host(1)), "an advertisement that is ignored does not count")
}
