package stack

import (
	"reflect"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// fill gives every field, and every element behind a slice, a value of its own that follows from seed. What it does not
// know how to fill it fails on, so that no new field is forgotten. It returns the number of values.
func fill(t *testing.T, v reflect.Value, seed uint64) (n uint64) {
	t.Helper()
	if !v.CanSet() { // unexported
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(seed&1 != 0)
		return 1
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(seed))
		return 1
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(seed)
		return 1
	case reflect.Struct:
		for i := range v.NumField() {
			n += fill(t, v.Field(i), seed+n)
		}
		return n
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			n += fill(t, v.Index(i), seed+n)
		}
		return n
	case reflect.Interface:
		require.Equal(t, reflect.TypeFor[Device](), v.Type(), "the device is the one thing that is not copied")
		return 0
	}
	require.Failf(t, "CopyFrom cannot be known to copy this", "%v", v.Type())
	return 0
}

// filled returns a stack in storage of its own, all of whose state follows from seed.
func filled(t *testing.T, seed uint64) *Stack {
	t.Helper()
	c, st := testConfig(), testStorage()
	st.TCP, st.TCPBuffer = make([]TCPConn, 2), make([]byte, 3000)
	st.Loop = make([]byte, 4000)
	s := &Stack{}
	require.Equal(t, InitOK, s.Init(&c, &st, nil))
	require.NotZero(t, fill(t, reflect.ValueOf(s).Elem(), seed))
	return s
}

// TestCopyFrom: a copy has everything, and then each goes its own way.
func TestCopyFrom(t *testing.T) {
	a, b := filled(t, 1), filled(t, 2)
	require.NotEqual(t, a, b)
	require.True(t, b.CopyFrom(a))
	require.Equal(t, a, b, "every field is copied")

	fill(t, reflect.ValueOf(a).Elem(), 3)
	require.Equal(t, filled(t, 1), b, "a change of the original does not show in the copy")
	fill(t, reflect.ValueOf(b).Elem(), 4)
	require.Equal(t, filled(t, 3), a, "nor the other way round")
}

func TestCopyFromKeepsTheDevice(t *testing.T) {
	a, b := newHost(t, nil), newHost(t, nil)
	require.True(t, b.CopyFrom(&a.Stack))
	b.receive(goodARP)
	require.Len(t, b.sent(), 1)
	require.Empty(t, a.sent())
}

func TestCopyFromOtherSizes(t *testing.T) {
	a := newHost(t, nil)
	for _, change := range []func(*Config, *Storage){
		func(_ *Config, st *Storage) { st.Neighbours = st.Neighbours[1:] },
		func(_ *Config, st *Storage) { st.Groups = st.Groups[1:] },
		func(_ *Config, st *Storage) { st.Waiting = st.Waiting[1:] },
		func(_ *Config, st *Storage) { st.UDP = st.UDP[1:] },
		func(_ *Config, st *Storage) { st.UDPBuffer = st.UDPBuffer[1:] },
		func(_ *Config, st *Storage) { st.TCP, st.TCPBuffer = make([]TCPConn, 1), make([]byte, MinTCPBuffer) },
		func(_ *Config, st *Storage) { st.TCPBuffer = make([]byte, 1) },
		func(_ *Config, st *Storage) { st.Reassembly = st.Reassembly[1:] },
		func(_ *Config, st *Storage) { st.ReassemblyBuffer = st.ReassemblyBuffer[1:] },
		func(_ *Config, st *Storage) { st.Staging = st.Staging[1:] },
		func(_ *Config, st *Storage) { st.Loop = make([]byte, 4000) },
	} {
		b := newHost(t, change)
		before := b.Stack
		require.False(t, b.CopyFrom(&a.Stack))
		require.Equal(t, before, b.Stack)
	}
}

// TestSameFuture: a copy does what the original does.
func TestSameFuture(t *testing.T) {
	a, b := newHost(t, nil), newHost(t, nil)
	a.open(me4, 53)
	a.sendUDP(a.connect(4000, peer4, 7), "x")
	a.receive(goodEcho6, udpFrame(peer4, me4, 1, 53, "y"))
	a.sent()
	require.True(t, b.CopyFrom(&a.Stack))
	play := func(h *host) []string {
		h.receive(goodARP, goodNA)
		h.sendUDP(h.connect(0, peer4, 7), h.receiveUDP(0))
		return h.sent()
	}
	want := play(a)
	require.Len(t, want, 4)
	require.Equal(t, want, play(b))
}
