package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// talking returns two ends of a connection.
func talking(t rapid.TB, iss, irs Seq) (a, b *Conn, now time.Duration) {
	now = time.Hour
	a, b = &Conn{}, &Conn{}
	a.Connect(Config{ISS: iss, MSS: 1000, DefaultMSS: 536, RcvBuf: 1 << 20})
	b.Listen(Config{ISS: irs, MSS: 1000, DefaultMSS: 536, RcvBuf: 1 << 20})
	a.Tick(now)
	for range 3 {
		move(now, a, b)
		move(now, b, a)
	}
	require.Equal(t, Established, b.State())
	return a, b, now
}

// move carries what from has to send, and returns what it was.
func move(now time.Duration, from, to *Conn) (all []Segment) {
	for {
		p, ok := from.Next()
		if !ok {
			return all
		}
		from.Sent(now, &p)
		to.Arrive(now, p.Segment)
		all = append(all, p.Segment)
	}
}

// urgentSights counts the segments from which the urgent data reached further than a pointer does.
type urgentSights struct{ far int }

// TestUrgent: whatever is written, urgent or not, and however it is read: what is left to read of what was urgent is always
// known, and a segment that says so names it.
func TestUrgent(t *testing.T) {
	var seen urgentSights
	rapid.Check(t, seen.propertyUrgent)
	require.NotZero(t, seen.far, "some reached further than a pointer")
}

func FuzzUrgent(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(urgentSights).propertyUrgent)) }

func (seen *urgentSights) propertyUrgent(t *rapid.T) {
	a, b, now := talking(t, Seq(rapid.Uint32().Draw(t, "iss")), Seq(rapid.Uint32().Draw(t, "irs")))
	first := a.sndUna
	written, urgent, read := 0, 0, 0
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		n := rapid.SampledFrom([]int{1, 10, 5000, 100000}).Draw(t, "bytes")
		switch rapid.IntRange(0, 3).Draw(t, "step") {
		case 0:
			if written < 300000 {
				a.Write(n)
				written += n
			}
		case 1:
			if written < 300000 {
				a.Write(n)
				a.Urgent()
				written += n
				urgent = written
			}
		case 2:
			n = min(n, b.rcvUser)
			b.Read(n)
			read += n
		case 3:
			for _, g := range move(now, a, b) {
				from := g.Seq.Sub(first)
				require.Equal(t, from < urgent, g.Flags.Has(URG), "%+v", g)
				require.EqualValues(t, min(max(urgent-from, 0), maxUrgent), g.Urg)
				if urgent-from > maxUrgent {
					seen.far++
				}
			}
			move(now, b, a)
			require.GreaterOrEqual(t, max(urgent-read, 0), b.UrgentLeft())
			if b.rcvNxt.Sub(first) >= urgent {
				require.Equal(t, max(urgent-read, 0), b.UrgentLeft())
			}
		}
	}
}

// TestUrgentLongAgo: what was urgent once is not again when the sequence numbers come around.
func TestUrgentLongAgo(t *testing.T) {
	a, b, now := talking(t, 0, 0)
	a.Write(10)
	a.Urgent()
	move(now, a, b)
	b.Read(10)
	require.Zero(t, b.UrgentLeft())
	for range 1 << 14 {
		a.Write(1 << 18)
		for a.sndUna != a.sndEnd {
			for _, g := range move(now, a, b) {
				require.False(t, g.Flags.Has(URG))
			}
			b.Read(b.rcvUser)
			require.Zero(t, b.UrgentLeft())
			move(now, b, a)
			now += time.Millisecond
			a.Tick(now)
			b.Tick(now)
		}
	}
}

// TestUrgentUnheard: an application that may not write cannot say it, nor can one whose peer has not answered.
func TestUrgentUnheard(t *testing.T) {
	var c Conn
	c.Connect(Config{MSS: 1000, DefaultMSS: 536, RcvBuf: 1000})
	c.Urgent()
	require.False(t, c.ackNow)
}
