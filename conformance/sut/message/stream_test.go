package message

import (
	"bytes"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func stream(t fatal, f Framing, bodies ...[]byte) []byte {
	var out bytes.Buffer
	var s Sender
	s.Init(&out, f)
	for _, b := range bodies {
		require.True(t, s.Send(b[:len(b)/2], b[len(b)/2:]))
	}
	return out.Bytes()
}

// split feeds a stream in the pieces that the generator draws and gives the bodies that are found whole.
func split(t *rapid.T, s *Splitter, in []byte) (bodies [][]byte) {
	for len(in) > 0 {
		piece := in[:rapid.IntRange(1, min(len(in), 40)).Draw(t, "piece")]
		in = in[len(piece):]
		for len(piece) > 0 {
			n, found := s.Feed(piece)
			piece = piece[n:]
			if found == Whole {
				bodies = append(bodies, bytes.Clone(s.Body()))
			}
		}
	}
	return bodies
}

// body draws bodies with many bytes that a Line escapes.
var body = rapid.SliceOfN(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{slipEnd, slipEsc, slipEscEnd, slipEscEsc})), 1, 60)

func TestStreamRoundTrip(t *testing.T) { rapid.Check(t, propertyStreamRoundTrip) }

func FuzzStreamRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyStreamRoundTrip)) }

func propertyStreamRoundTrip(t *rapid.T) {
	for _, f := range []Framing{Pipe, Line} {
		want := rapid.SliceOfN(body, 1, 8).Draw(t, f.String())
		var s Splitter
		s.Init(f, make([]byte, 64))
		require.Equal(t, want, split(t, &s, stream(t, f, want...)))
		require.Zero(t, s.Damaged)
		require.False(t, s.Partial())
	}
}

// TestCRC: the CRC is the one that everybody has.
func TestCRC(t *testing.T) { rapid.Check(t, propertyCRC) }

func FuzzCRC(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyCRC)) }

func propertyCRC(t *rapid.T) {
	b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	crc := uint32(crcStart)
	for _, c := range b {
		crc = crcByte(crc, c)
	}
	require.Equal(t, crc32.ChecksumIEEE(b), ^crc)
}

// TestLineSurvives: whatever a line does to one message, and whatever noise it puts between them, every other message
// comes through, and what was damaged is not taken for a message.
func TestLineSurvives(t *testing.T) { rapid.Check(t, propertyLineSurvives) }

func FuzzLineSurvives(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyLineSurvives)) }

func propertyLineSurvives(t *rapid.T) {
	before, hit, after := body.Draw(t, "before"), body.Draw(t, "hit"), body.Draw(t, "after")
	noise := func(label string) []byte {
		return rapid.SliceOfN(rapid.Byte().Filter(func(b byte) bool { return b != slipEnd }), 1, 30).Draw(t, label)
	}
	whole := stream(t, Line, hit)
	damaged := bytes.Clone(whole)
	at := rapid.IntRange(1, len(whole)-2).Draw(t, "at")
	switch rapid.IntRange(0, 2).Draw(t, "damage") {
	case 0:
		n := rapid.IntRange(1, len(whole)-1-at).Draw(t, "lost")
		damaged = append(damaged[:at], damaged[at+n:]...)
	case 1:
		damaged[at] ^= rapid.ByteRange(1, 255).Draw(t, "flip")
	case 2:
		damaged = append(append(bytes.Clone(whole[:at]), noise("inserted")...), whole[at:]...)
	}
	in := noise("boot messages")
	in = append(in, stream(t, Line, before)...)
	in = append(in, noise("log line")...)
	in = append(in, damaged...)
	in = append(in, stream(t, Line, after)...)
	var s Splitter
	s.Init(Line, make([]byte, 64))
	require.Equal(t, [][]byte{before, after}, split(t, &s, in))
	require.NotZero(t, s.Damaged)
}

// TestLineLostEnd: the end byte between two messages stands twice, so that losing one costs nothing.
func TestLineLostEnd(t *testing.T) { rapid.Check(t, propertyLineLostEnd) }

func FuzzLineLostEnd(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyLineLostEnd)) }

func propertyLineLostEnd(t *rapid.T) {
	one, two := stream(t, Line, []byte("one")), stream(t, Line, []byte("two"))
	var s Splitter
	s.Init(Line, make([]byte, 64))
	got := split(t, &s, append(bytes.Clone(one[:len(one)-1]), two...))
	require.Equal(t, [][]byte{[]byte("one"), []byte("two")}, got)
}

func TestTooLong(t *testing.T) {
	for _, f := range []Framing{Pipe, Line} {
		t.Run(f.String(), func(t *testing.T) {
			in := stream(t, f, []byte("0123456789"), []byte("fits"))
			var s Splitter
			s.Init(f, make([]byte, 8))
			n, found := s.Feed(in)
			require.Equal(t, TooLong, found)
			assert.Equal(t, "01234567", string(s.Body()))
			assert.EqualValues(t, 10, s.Length())
			var rest [][]byte
			for in = in[n:]; len(in) > 0; in = in[n:] {
				if n, found = s.Feed(in); found == Whole {
					rest = append(rest, s.Body())
				}
			}
			assert.Equal(t, [][]byte{[]byte("fits")}, rest, "the next message is found")
		})
	}
}

// TestLimit: a body of exactly the limit fits, one byte more does not.
func TestLimit(t *testing.T) {
	buf := make([]byte, 32)
	for _, f := range []Framing{Pipe, Line} {
		for extra, want := range []Found{Whole, TooLong} {
			in := stream(t, f, make([]byte, Limit(f, buf)+extra))
			var s Splitter
			s.Init(f, buf)
			for found := More; len(in) > 0 && found == More; {
				var n int
				n, found = s.Feed(in)
				in = in[n:]
				if found != More {
					assert.Equal(t, want, found, "%s, %d more than the limit", f, extra)
				}
			}
			assert.Empty(t, in)
		}
	}
	assert.Equal(t, MaxBody, Limit(Pipe, make([]byte, MaxBody+100)))
}

// TestLost: text on a pipe is found out at once, and nothing is made of what follows.
func TestLost(t *testing.T) {
	var s Splitter
	s.Init(Pipe, make([]byte, 64))
	n, found := s.Feed([]byte("\xc3\xa9t\xc3\xa9"))
	assert.Equal(t, Lost, found)
	assert.Equal(t, 4, n)
	s.Body() // whatever is there, no panic
	n, found = s.Feed([]byte{1, 0, 0, 0, 7})
	assert.Equal(t, 5, n)
	assert.Equal(t, More, found)
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestSenderTellsOfAFailure(t *testing.T) {
	var s Sender
	s.Init(broken{}, Pipe)
	assert.False(t, s.Send([]byte("head"), nil))
	assert.False(t, s.Send(nil, make([]byte, 2000)))
}

func TestStreamNoAllocation(t *testing.T) {
	var out bytes.Buffer
	out.Grow(8192)
	var s Sender
	var in Splitter
	s.Init(&out, Line)
	in.Init(Line, make([]byte, 2048))
	head, tail := []byte("head"), bytes.Repeat([]byte{slipEnd}, 1000)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		out.Reset()
		s.Send(head, tail)
		for p := out.Bytes(); len(p) > 0; {
			n, _ := in.Feed(p)
			p = p[n:]
		}
	}))
}
