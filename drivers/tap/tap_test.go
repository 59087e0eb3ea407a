package tap

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire is a file whose reads the test feeds.
type wire struct {
	in      chan []byte
	out     [][]byte
	refuses bool
}

func (w *wire) Read(p []byte) (int, error) {
	f, ok := <-w.in
	if !ok {
		return 0, io.EOF
	}
	return copy(p, f), nil
}

func (w *wire) Write(p []byte) (int, error) {
	if w.refuses {
		return 0, errors.New("down")
	}
	w.out = append(w.out, append([]byte(nil), p...))
	return len(p), nil
}

func (w *wire) Close() error { close(w.in); return nil }

func TestReceive(t *testing.T) {
	w := &wire{in: make(chan []byte)}
	d := newDevice(w)
	require.Nil(t, d.Receive())
	w.in <- []byte{1, 2}
	<-d.Ready()
	w.in <- []byte{3}
	<-d.Ready()
	require.Equal(t, []byte{1, 2}, d.Receive())
	require.Equal(t, []byte{1, 2}, d.Receive(), "borrowed until it is released")
	d.Release()
	require.Equal(t, []byte{3}, d.Receive())
	d.Release()
	d.Release() // of nothing
	require.Nil(t, d.Receive())
	require.NoError(t, d.Close())
	_, open := <-d.Ready()
	require.False(t, open)
	require.Equal(t, uint64(2), d.Stats().Received)
}

// TestQueueFull: what does not fit is dropped and counted; what waits stays whole and in order.
func TestQueueFull(t *testing.T) {
	w := &wire{in: make(chan []byte)}
	d := newDevice(w)
	for i := range queueLen + 5 {
		w.in <- []byte{byte(i), byte(i >> 8)}
	}
	w.in <- make([]byte, maxFrame+1) // too long
	require.NoError(t, d.Close())
	for range d.Ready() { // until the reader has ended
	}
	for i := range queueLen {
		require.Equal(t, []byte{byte(i), byte(i >> 8)}, d.Receive())
		d.Release()
	}
	require.Nil(t, d.Receive())
	require.Equal(t, uint64(6), d.Stats().ReceiveDropped)
}

func TestSend(t *testing.T) {
	w := &wire{in: make(chan []byte)}
	d := newDevice(w)
	copy(d.Reserve(3), "abc")
	d.Send(2)
	require.Nil(t, d.Reserve(maxFrame+1))
	w.refuses = true
	d.Send(3)
	require.Equal(t, [][]byte{[]byte("ab")}, w.out)
	require.Equal(t, Stats{Sent: 1, SendFailed: 1}, d.Stats())
	require.NoError(t, d.Close())
}

func TestBadName(t *testing.T) {
	_, err := Open("a-name-of-more-than-15-bytes")
	require.ErrorContains(t, err, "tap: ")
}
