package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"stackproof/conformance/device"
)

// benchBoard is a board that runs the image that measures.
type benchBoard struct {
	line  io.Writer
	lines *bufio.Scanner
	alive func() // told of each transfer that begins
}

// errSilent is a board that has ended, or has not answered in time.
var errSilent = errors.New("the board says nothing more")

// next is the next line; words are the image's, ok is false for what the emulator says and for noise.
func (b *benchBoard) next() (text string, words device.Words, ok bool, err error) {
	if !b.lines.Scan() {
		if err = b.lines.Err(); err == nil {
			err = errSilent
		}
		return "", words, false, err
	}
	text = strings.TrimRight(b.lines.Text(), "\r")
	words, ok = device.ParseLine([]byte(text))
	return text, words, ok, nil
}

// hello waits for the image's first line.
func (b *benchBoard) hello() error {
	for last := ""; ; {
		text, w, ok, err := b.next()
		if err != nil {
			return fmt.Errorf("%w; its last line: %q", err, last)
		}
		if ok && w.Is("bench") {
			return nil
		}
		last = text
	}
}

// run has the board make a row's transfer and fills in what came of it.
func (b *benchBoard) run(r *benchRow, bytes int64) error {
	b.alive()
	r.Bytes = bytes
	number := func(on bool, n int64) int64 {
		if on {
			return n
		}
		return 0
	}
	var say device.Line
	say.Begin("run").Int("receive", number(r.Receive, bytes)).Int("send", number(r.Send, bytes))
	say.Int("offload", number(r.Offload, 1)).Int("timestamps", number(r.Timestamps, 1))
	if _, err := b.line.Write(say.End()); err != nil {
		return fmt.Errorf("%w: %w", errSilent, err)
	}
	var m measured
	for last := ""; ; {
		text, w, ok, err := b.next()
		switch {
		case err != nil:
			return fmt.Errorf("%w; its last line: %q", err, last)
		case ok && w.Is("error"):
			return fmt.Errorf("the board has failed: %s", w.Get("what"))
		case ok && w.Is("result"):
			return r.judge(&m, w)
		}
		if err := m.take(text); err != nil {
			return err
		}
		last = text
	}
}

// measured is what the emulator says of a transfer.
type measured struct {
	working, picoseconds float64
	spent                []benchSpent
	complaint            string // of the partner
}

func (m *measured) take(text string) error {
	const counts, functions, complaint = "p4emu: measured: ", "p4emu: spent: ", "p4emu: the partner: "
	var all, n float64
	var name string
	var err error
	switch {
	case strings.HasPrefix(text, counts):
		_, err = fmt.Sscanf(text[len(counts):], "instructions=%g working=%g picoseconds=%g", &all, &m.working, &m.picoseconds)
	case strings.HasPrefix(text, functions):
		_, err = fmt.Sscanf(text[len(functions):], "instructions=%g function=%s", &n, &name)
		m.spent = append(m.spent, benchSpent{name, n})
	case strings.HasPrefix(text, complaint) && m.complaint == "":
		m.complaint = text[len(complaint):]
	}
	if err != nil {
		return fmt.Errorf("the emulator says %q: %w", text, err)
	}
	return nil
}

// judge works a row out, from what the emulator has counted and what the image says.
func (r *benchRow) judge(m *measured, w device.Words) error {
	if m.picoseconds <= 0 {
		return errors.New("the emulator has measured nothing")
	}
	values := map[string]int64{}
	for _, key := range []string{"segment", "received", "sent", "wrong", "retransmitted", "rxlost", "txlost"} {
		v, ok := w.Int(key)
		if !ok {
			return fmt.Errorf("the board's result has no %s", key)
		}
		values[key] = v
	}
	if r.Segment = values["segment"]; r.Segment <= 0 {
		return fmt.Errorf("the board's segments have %d bytes", r.Segment)
	}
	// Of both directions at once a segment is one of each.
	segments := math.Ceil(float64(r.Bytes) / float64(r.Segment))
	r.Instructions = m.working / segments
	r.Share = 100 * r.Instructions * benchCycles * fullRate / benchHertz
	r.Seconds = m.picoseconds / 1e12
	r.Mbits = float64(r.Bytes) * 8 / r.Seconds / 1e6
	r.Allowed = benchMbits * float64(r.Segment) / frameBytes
	for _, s := range m.spent {
		r.Profile = append(r.Profile, benchSpent{s.Function, s.Instructions / segments})
	}
	r.Flaw = r.flaw(m, values)
	return nil
}

// flaw says what is not as it must be.
func (r *benchRow) flaw(m *measured, values map[string]int64) string {
	whole := func(on bool) int64 {
		if on {
			return r.Bytes
		}
		return 0
	}
	switch {
	case m.complaint != "":
		return m.complaint
	case values["received"] != whole(r.Receive) || values["sent"] != whole(r.Send):
		return fmt.Sprintf("%d bytes received and %d sent", values["received"], values["sent"])
	case values["wrong"] != 0:
		return fmt.Sprintf("%d pieces are not what was sent", values["wrong"])
	case values["rxlost"]+values["txlost"] != 0:
		return fmt.Sprintf("%d frames lost in reception, %d in transmission", values["rxlost"], values["txlost"])
	case values["retransmitted"] != 0:
		return fmt.Sprintf("%d segments sent again", values["retransmitted"])
	case r.Receive != r.Send && r.Share > shareLimit:
		return fmt.Sprintf("more than %d %% of the core", shareLimit)
	case 100*r.Mbits < goodputLimit*r.Allowed:
		return fmt.Sprintf("less than %.1f %% of what the wire allows", goodputLimit)
	}
	return ""
}
