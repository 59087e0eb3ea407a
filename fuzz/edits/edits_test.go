package edits

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/golden/siege"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// TestEveryBit: each bit of each base belongs to one field, which no other of the base is named like; whoever flips it
// changes that field and no other.
func TestEveryBit(t *testing.T) {
	tab := NewTable()
	used := map[string]bool{}
	for i, state := range tab.States {
		for _, b := range tab.Bases[i] {
			names, owner := map[string]bool{}, make([]int, 8*len(b.frame))
			for f := range b.Fields {
				x := &b.Fields[f]
				require.False(t, names[x.Name], "%s/%s: %s twice", state, b.Name, x.Name)
				names[x.Name] = true
				for at := x.At; at < x.At+x.Bits; at++ {
					owner[at]++
				}
				require.NotEmpty(t, b.values[f], x.Name)
			}
			for at, n := range owner {
				require.Equal(t, 1, n, "%s/%s: bit %d", state, b.Name, at)
			}
			if i != 0 && i != len(tab.States)/2 {
				continue
			}
			was := make([]Value, len(b.Fields))
			for f := range b.Fields {
				was[f] = b.Fields[f].Get(b.frame)
			}
			for at := range owner {
				flipped := bytes.Clone(b.frame)
				flipped[at/8] ^= 128 >> (at % 8)
				for f := range b.Fields {
					x := &b.Fields[f]
					if (at >= x.At && at < x.At+x.Bits) != (x.Get(flipped) != was[f]) {
						require.Fail(t, x.Name, "bit %d", at)
					}
				}
			}
			for f := range b.Fields {
				used[b.Fields[f].Name] = true
			}
		}
	}
	for header := range headers {
		found := false
		for name := range used {
			found = found || len(name) > len(header) && name[:len(header)+1] == header+"."
		}
		require.True(t, found, "no base has %s", header)
	}
}

// TestBasesAreGood: the judge's codec finds nothing wrong with a base, and where it knows a field of the table it reads the
// same there.
func TestBasesAreGood(t *testing.T) {
	tab := NewTable()
	for i, state := range tab.States {
		for _, b := range tab.Bases[i] {
			var v frame.View
			d := frame.Parse(b.frame, &v)
			if b.Name == "tcp-syn-ack" || b.Name == "tcp-syn" || b.Name == "udp-last-fragment" || d.OK() {
				require.True(t, d.OK(), "%s/%s: %v", state, b.Name, d)
			}
			for f := range b.Fields {
				x, ok := frame.FieldByName([]byte(b.Fields[f].Name))
				if n, is := v.Get(x); ok && is {
					require.Equal(t, Value{0, uint64(n)}, b.Fields[f].Get(b.frame), b.Fields[f].Name)
				}
			}
		}
	}
}

// TestStates: all states of TCP are there, over both families.
func TestStates(t *testing.T) {
	s := siege.Every()
	have := map[bool]map[tcp.State]bool{false: {}, true: {}}
	for i := range s.States() {
		s.Enter(i)
		for state := tcp.Listen; state <= tcp.TimeWait; state++ {
			if s.Stack().TCPCount(state) > 0 {
				have[s.Place(i).V6][state] = true
			}
		}
	}
	require.Len(t, have[false], 10) // and CLOSED, which no row has
	require.Equal(t, have[false], have[true])
}

// TestSample: some of all edits, in every state.
func TestSample(t *testing.T) {
	s := (&Run{Depth: MostEdits, Jobs: 2, Thin: 50}).Do(context.Background())
	require.Empty(t, s.Failures)
	require.NoError(t, s.Err())
	require.Greater(t, s.Thrown(), 20000)
	require.Equal(t, 38, s.States)
}

// TestNames: a name says which frame it is.
func TestNames(t *testing.T) {
	tab := NewTable()
	for i := range tab.States {
		for k, b := range tab.Bases[i] {
			f := len(b.Fields) - 1
			o := Order{i, k, []Edit{{0, b.values[0][0]}, {f, b.values[f][1]}}, k%2 == 0}
			back, err := tab.Parse(tab.Name(&o))
			require.NoError(t, err)
			require.Equal(t, o, back)
		}
	}
	for _, bad := range []string{"", "x/y/z", "closed-over-ipv4/y/z", "closed-over-ipv4/udp/z=1", "closed-over-ipv4/udp/ip4.ttl=100", "closed-over-ipv4/udp/ip4.ttl=g"} {
		_, err := tab.Parse(bad)
		require.ErrorContains(t, err, "edits: ", bad)
	}
	x, err := One("listen-over-ipv4/tcp-syn/tcp.sport=0+sums")
	require.NoError(t, err)
	require.NoError(t, x.Err)
}

// TestMemory: nothing of it allocates.
func TestMemory(t *testing.T) {
	j := newJudge()
	for _, name := range []string{"established-over-ipv4/tcp-data/tcp.seq=0", "established-over-ipv6/tcp-syn/tcp.sport=9+sums", "closed-over-ipv6/solicit/ip6.hops=1+sums"} {
		o, err := j.Parse(name)
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := j.throw(&o); err != nil {
				panic(err)
			}
		}), name)
	}
}

// TestFindsFaults: each promise that is broken is noticed, and made smaller.
func TestFindsFaults(t *testing.T) {
	to := func(at int, with ...byte) func(*judge, []byte) []byte {
		return func(_ *judge, b []byte) []byte {
			b = bytes.Clone(b)
			copy(b[at:], with)
			return b
		}
	}
	for _, c := range []struct {
		name, pattern, want string
		tamper              func(*judge, []byte) []byte
		meddle              func(*judge)
	}{
		{"a panic", "closed-over-ipv4/echo", "panic: ", nil, func(*judge) { panic("fault") }},
		{"a wrong answer", "closed-over-ipv4/echo", "malformed", to(20, 9, 9), nil},
		{"the sender's station", "closed-over-ipv4/echo", "from a station that it is not", to(6, 2, 9), nil},
		{"an answer to all", "closed-over-ipv4/echo", "goes to all", to(0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), nil},
		{"a friend who is not served", "closed-over-ipv4/echo", "does not get", nil, func(j *judge) { j.siege.Stack().TCPListen(wire.Addr{}, 9, 1) }},
		{"a state that cannot be", "established-over-ipv6/tcp-ack", "does not hold", nil, func(j *judge) { j.siege.Late(-1 << 50) }},
		{"a good frame that is answered otherwise", "closed-over-ipv4/echo", "does not get the answers", func(j *judge, b []byte) []byte {
			j.digest.Write([]byte{byte(j.siege.Throws)})
			return b
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Run{Depth: 2, Jobs: 1, Match: func(id string) bool { return id == c.pattern }, tamper: c.tamper, meddle: c.meddle}
			s := r.Do(context.Background())
			require.Error(t, s.Err())
			found := false
			for _, f := range s.Failures {
				found = found || bytes.Contains([]byte(f.Err.Error()), []byte(c.want))
			}
			require.True(t, found, "%v", s.Failures)
		})
	}
}

// TestSilence: what must draw no answer is known as such.
func TestSilence(t *testing.T) {
	j := newJudge()
	for name, want := range map[string]string{
		"closed-over-ipv4/echo/icmp.echo.sum=1": "with a wrong checksum", "closed-over-ipv6/udp/udp.sport=1": "with a wrong checksum",
		"closed-over-ipv4/echo/eth.dst=20000000009": "for another station", "closed-over-ipv4/echo/ip4.dst=c000024d+sums": "for another host",
		"closed-over-ipv4/arp-request/arp.tpa=c000024d": "for another host", "closed-over-ipv4/echo/icmp.echo.id=1+sums": "",
	} {
		o, err := j.Parse(name)
		require.NoError(t, err)
		require.NoError(t, j.throw(&o))
		what, _ := j.silent(&o)
		require.Equal(t, want, what, name)
	}
	o, err := j.Parse("closed-over-ipv4/arp-request/")
	require.NoError(t, err)
	require.NoError(t, j.throw(&o))
	was := own4
	defer func() { own4 = was }()
	own4[3] = 99
	require.ErrorContains(t, j.throw(&o), "1 answers to a frame for another host")
	own4 = was

	j.siege.Enter(0)
	for range 2 {
		require.NoError(t, j.siege.Hear(make([]byte, 60)))
	}
	require.NoError(t, j.counted())
	j.siege.Enter(0) // the counters are as they were
	require.ErrorContains(t, j.counted(), "is counted as dropped")
	require.True(t, same(errors.New("row 1"), errors.New("row 22")))
	require.False(t, same(errors.New("row 1"), errors.New("hole 1")))
}

// TestStopped: a run that is stopped says so.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorContains(t, (&Run{Depth: 1, Jobs: 1}).Do(ctx).Err(), "interrupted")
}

// TestFirst: who wants the first failure alone gets it, and no more is thrown than was begun.
func TestFirst(t *testing.T) {
	r := Run{Depth: 2, Jobs: 1, First: true, meddle: func(*judge) { panic("fault") }}
	s := r.Do(context.Background())
	require.Len(t, s.Failures, 1)
	require.LessOrEqual(t, s.Thrown(), 4)
	require.Error(t, s.Err())
}
