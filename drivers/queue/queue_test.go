package queue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func device(rx, tx int) *Device {
	d := &Device{}
	d.Init(make([]Frame, rx), make([]Frame, tx))
	return d
}

func TestTransmit(t *testing.T) {
	d := device(0, 2)
	require.Nil(t, d.Sent())
	for _, c := range []byte{1, 2} {
		b := d.Reserve(60)
		require.Len(t, b, 60)
		b[0] = c
		d.Send(40)
	}
	require.Nil(t, d.Reserve(60), "both slots are taken")

	require.Len(t, d.Sent(), 40)
	require.Equal(t, byte(1), d.Sent()[0])
	d.Done()
	require.Equal(t, byte(2), d.Sent()[0])
	require.NotNil(t, d.Reserve(60), "a slot is free again")
}

func TestReservationIsNotSent(t *testing.T) {
	d := device(0, 1)
	require.NotNil(t, d.Reserve(60))
	require.Nil(t, d.Sent())
	require.NotNil(t, d.Reserve(61), "it is still to be had")
	d.Send(61)
	d.Send(61)
	require.Len(t, d.Sent(), 61)
	d.Done()
	d.Send(61)
	require.Nil(t, d.Sent(), "nothing was reserved")
}

func TestReceive(t *testing.T) {
	d := device(1, 0)
	require.Nil(t, d.Receive())
	require.True(t, d.Put([]byte{7}))
	require.False(t, d.Put([]byte{8}), "full")
	require.Equal(t, []byte{7}, d.Receive())
	require.Equal(t, []byte{7}, d.Receive(), "lent until it is released")
	d.Release()
	require.Nil(t, d.Receive())
	require.Nil(t, d.Reserve(60), "no transmit slots at all")
}

func TestLongestFrame(t *testing.T) {
	d := device(1, 1)
	require.Nil(t, d.Reserve(MaxFrame+1))
	require.Len(t, d.Reserve(MaxFrame), MaxFrame)
	require.False(t, d.Put(make([]byte, MaxFrame+1)))
	require.True(t, d.Put(make([]byte, MaxFrame)))
}

func TestNothingToFree(t *testing.T) {
	d := device(1, 1)
	d.Done()
	d.Release()
	require.True(t, d.Put([]byte{1}))
	require.Equal(t, []byte{1}, d.Receive())
}

// TestOrder: frames come out as they went in, however the two sides take turns.
func TestOrder(t *testing.T) { rapid.Check(t, propertyOrder) }

func FuzzOrder(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyOrder)) }

func propertyOrder(t *rapid.T) {
	d := device(rapid.IntRange(1, 4).Draw(t, "slots"), 0)
	put, got := byte(0), byte(0)
	for _, in := range rapid.SliceOf(rapid.Bool()).Draw(t, "turns") {
		if in {
			if d.Put([]byte{put}) {
				put++
			}
		} else if b := d.Receive(); b != nil {
			require.Equal(t, []byte{got}, b)
			got++
			d.Release()
		}
		require.LessOrEqual(t, int(put-got), 4)
	}
}

func TestNoAllocation(t *testing.T) {
	d := device(2, 2)
	frame := make([]byte, 60)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		d.Put(frame)
		copy(d.Reserve(len(d.Receive())), d.Receive())
		d.Release()
		d.Send(60)
		d.Done()
	}))
}
