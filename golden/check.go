package golden

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/modelled"
	"stackproof/golden/capture"
	"stackproof/golden/replay"
	"stackproof/golden/siege"
	"stackproof/golden/verify"
	"stackproof/stack"
)

// Report is what came of one capture.
type Report struct {
	*verify.Result
	Digest      string        // SHA-256 of the file, in hex
	Connections int64         // of TCP, that were replayed
	NotReplayed verify.Counts // others, by reason
	Middle      int64         // segments of connections whose begin is not in the capture
	Gaps        int64         // connections of which the capture does not carry all
	Replays     int64         // twice the two ends of each connection: directly, and through the driver
	Stream      int64         // bytes of streams that were compared, in all replays
	Helped      int64         // acknowledgments that were put in
	Throws      int64         // of frames at a stack in some state
	Driven      int64         // frames that went through the driver
	Took        time.Duration // real time
}

// Err says why a capture does not pass; nil if it does.
func (r *Report) Err() error {
	if r.Failed == 0 {
		return nil
	}
	more := ""
	if n := r.Failed - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return errors.New(strings.Join(strings.Fields(r.Failures[0]), " ") + more)
}

// Checker verifies captures, one after the other.
type Checker struct {
	DecodeOnly bool             // reads and compares frames, and does nothing else
	Progress   func(read int64) // is told now and then how much of a capture has been read; may be nil
	verifier   *verify.Verifier
	ways       [2]sut.SUT
	siege      *siege.Siege
}

// wayNames are the ways in which a connection is replayed.
var wayNames = [2]string{"directly", "through the EMAC"}

// NewChecker makes one.
func NewChecker() (*Checker, error) {
	s, err := siege.New()
	if err != nil {
		return nil, err
	}
	return &Checker{verifier: verify.NewVerifier(), ways: [2]sut.SUT{large.New(), modelled.New()}, siege: s}, nil
}

// memory is how much of a capture's connections is held at a time.
const memory = 64 << 20

// Capture verifies what in holds; name is what errors call it. The error is one of what the capture is read from, or of a
// context that is done; what is wrong with the capture, or with what came of it, is in the report.
func (c *Checker) Capture(ctx context.Context, in io.Reader, name string) (*Report, error) {
	begin := time.Now()
	r := &Report{Result: verify.NewResult(), NotReplayed: verify.Counts{}}
	sum := newDigest(in)
	err := c.frames(ctx, sum, name, r)
	var bad *capture.Error
	switch {
	case errors.As(err, &bad):
		r.Fail("at byte %d: %s", bad.Offset, bad.Reason)
	case err != nil:
		return nil, err
	default: // the file was read to its end
		r.Digest = sum.text()
	}
	r.Took = time.Since(begin)
	return r, nil
}

// every is after how many frames the context is asked and progress told.
const every = 256

func (c *Checker) frames(ctx context.Context, in io.Reader, name string, r *Report) error {
	reader, err := capture.NewReader(in, name)
	if err != nil {
		return err
	}
	tracker := replay.NewTracker(memory)
	for {
		f, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.replay(ctx, tracker.Done(true), r)
			return err
		}
		c.verifier.Frame(f, r.Result)
		if !c.DecodeOnly {
			c.frame(ctx, f, tracker, r)
		}
		if f.Number%every == 0 {
			if c.Progress != nil {
				c.Progress(reader.Offset())
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	c.replay(ctx, tracker.Done(true), r)
	r.Middle = tracker.Middle
	for why, n := range tracker.Why {
		r.NotReplayed[why] += n
	}
	if c.Progress != nil {
		c.Progress(reader.Offset())
	}
	return ctx.Err()
}

// frame throws a frame at the stack, and follows the connection that it belongs to.
func (c *Checker) frame(ctx context.Context, f *capture.Frame, tracker *replay.Tracker, r *Report) {
	b, _, ok := c.verifier.Ethernet(f)
	if !ok {
		return
	}
	throws, driven := c.siege.Throws, c.siege.Driven
	if err := c.siege.Frame(b); err != nil {
		r.Fail("frame %d at byte %d: %v", f.Number, f.Offset, err)
		if s, err := siege.New(); err == nil { // what has happened to the old one nobody knows
			c.siege, throws, driven = s, 0, 0
		}
	}
	r.Throws += c.siege.Throws - throws
	r.Driven += c.siege.Driven - driven
	tracker.Add(f.Time, b)
	c.replay(ctx, tracker.Done(false), r)
}

// replay replays connections at both ends, in both ways.
func (c *Checker) replay(ctx context.Context, conns []*replay.Conn, r *Report) {
	for _, conn := range conns {
		gap := false
		for i, way := range c.ways {
			for _, asServer := range []bool{true, false} {
				if ctx.Err() != nil {
					return
				}
				o, err := replay.Replay(conn, asServer, way)
				r.Replays++
				r.Stream += int64(o.Read + o.Sent)
				r.Helped += o.Helped
				gap = gap || o.Gap
				if err != nil {
					end := "client"
					if asServer {
						end = "server"
					}
					r.Fail("connection %v, replayed as its %s %s: %v", conn, end, wayNames[i], err)
				}
			}
		}
		r.Connections++
		if gap {
			r.Gaps++
		}
	}
}

// Dropped is how often the frames that were thrown have moved each of the stack's counters of drops, by name.
func (c *Checker) Dropped() verify.Counts {
	m := verify.Counts{}
	for i := range stack.NumCounters {
		if n := c.siege.Dropped(i); n > 0 {
			m[i.String()] = int64(n)
		}
	}
	return m
}
