package neighbour

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLatestPacketWaits(t *testing.T) {
	table := newTable(2, 2)
	i := begin(t, table, 0, 1)
	require.Empty(t, table.Waiting(i))
	require.False(t, hold(t, table, i, 1, true))
	require.True(t, hold(t, table, i, 2, true), "the older packet is lost")
	require.Equal(t, []byte{2}, table.Waiting(i))

	require.Equal(t, Nothing, table.Due(0, i))
	table.Update(0, host(1), station(1))
	require.Equal(t, Send, table.Due(0, i))
	table.Sent(i)
	require.Equal(t, Nothing, table.Due(0, i))
	require.Empty(t, table.Waiting(i))
}

func TestSlotsAreShared(t *testing.T) {
	table := newTable(3, 2)
	one, two, three := begin(t, table, 0, 1), begin(t, table, 0, 2), begin(t, table, 0, 3)
	hold(t, table, one, 1, true)
	hold(t, table, two, 2, true)
	b, lost := table.Hold(three, 1, true)
	require.Nil(t, b, "both slots are taken by packets of our own")
	require.False(t, lost)
	table.Sent(one)
	hold(t, table, three, 3, true)
	require.Equal(t, []byte{2}, table.Waiting(two))
	require.Equal(t, []byte{3}, table.Waiting(three))
}

func TestStrangersGiveWay(t *testing.T) {
	table := newTable(3, 2)
	one, two, three := begin(t, table, 0, 1), begin(t, table, 0, 2), begin(t, table, 0, 3)
	hold(t, table, two, 2, false)
	hold(t, table, one, 1, true)
	b, _ := table.Hold(three, 1, false)
	require.Nil(t, b, "an answer takes no packet's place")
	b, _ = table.Hold(one, 1, false)
	require.Nil(t, b, "not even for the same neighbour, if the packet is ours")
	require.True(t, hold(t, table, two, 3, false), "but an earlier answer's it does")
	require.True(t, hold(t, table, three, 4, true), "our own takes the place of an answer")
	require.Equal(t, []byte{1}, table.Waiting(one))
	require.Empty(t, table.Waiting(two))
	require.Equal(t, []byte{4}, table.Waiting(three))
}

func TestHoldIsNoPacketYet(t *testing.T) {
	table := newTable(2, 1)
	one, two := begin(t, table, 0, 1), begin(t, table, 0, 2)
	b, _ := table.Hold(one, slotLen, true)
	require.Len(t, b, slotLen)
	require.Empty(t, table.Waiting(one), "nothing waits before Keep")
	require.False(t, hold(t, table, two, 2, true), "and the slot is free")
	b, _ = table.Hold(one, slotLen+1, true)
	require.Nil(t, b, "longer than a slot")
	require.Equal(t, []byte{2}, table.Waiting(two))
}

func TestLostWithTheRow(t *testing.T) {
	table := newTable(1, 1)
	i, _ := table.Begin(0, host(1), us, false)
	hold(t, table, i, 1, false)
	_, lost := table.Begin(0, host(2), us, true)
	require.True(t, lost)
	require.Empty(t, table.Waiting(i))
}
