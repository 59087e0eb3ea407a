package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

const slotLen = 100

var us = host(254)

func host(n byte) wire.Addr   { return wire.IPv4(192, 0, 2, n) }
func station(n byte) wire.MAC { return wire.MAC{2, 0, 0, 0, 0, n} }

func newTable(rows, slots int) *Table {
	t := &Table{}
	t.Init(make([]Entry, rows), make([]byte, slots*slotLen), slotLen, 7)
	return t
}

// begin starts to resolve a neighbour for our own traffic.
func begin(t *testing.T, table *Table, now time.Duration, n byte) int {
	t.Helper()
	i, lost := table.Begin(now, host(n), us, true)
	require.GreaterOrEqual(t, i, 0)
	require.False(t, lost)
	return i
}

// resolved makes a neighbour known that our own traffic used at now.
func resolved(t *testing.T, table *Table, now time.Duration, n byte) int {
	t.Helper()
	i := begin(t, table, now, n)
	require.True(t, table.Update(now, host(n), station(n)))
	return i
}

// stale makes a neighbour known that has spoken, and that nobody has spoken to.
func stale(t *testing.T, table *Table, now time.Duration, n byte) int {
	t.Helper()
	added, _ := table.Solicitation(now, host(n), station(n))
	require.True(t, added)
	return table.find(host(n))
}

func requireState(t *testing.T, table *Table, now time.Duration, n byte, want State) {
	t.Helper()
	_, mac, state := table.Lookup(now, host(n))
	require.Equal(t, want, state)
	if want.Resolved() {
		require.Equal(t, station(n), mac)
	}
}

// hold makes a packet of one byte wait for row i.
func hold(t *testing.T, table *Table, i int, b byte, own bool) (lost bool) {
	t.Helper()
	p, lost := table.Hold(i, 1, own)
	require.Len(t, p, 1)
	p[0] = b
	table.Keep(i, 1, own)
	return lost
}
