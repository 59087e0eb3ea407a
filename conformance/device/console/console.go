// Package console is the host's end of a board's serial console: it has the board run the cases that lie on it, and
// takes down what came of them. What is not a checked line is noise, kept for the report of a crash.
package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"stackproof/conformance"
	"stackproof/conformance/device"
	"stackproof/conformance/vm"
)

// Limit is the real time within which a board must have booted, or done one run.
const Limit = 60 * time.Second

// Board is an image on a board, or on an emulated one. It is a conformance.Executor whose interpreter runs beside the
// stack, on the board. A board that panics or hangs costs the run at hand; it is started again for the next.
type Board struct {
	// Link is what carries the frames on the board from its next start on; "" is what the board has at the start.
	Link string

	boot  func() (io.ReadWriteCloser, error)
	suite *conformance.Suite
	limit time.Duration

	line  io.ReadWriteCloser
	lines chan string // closed when the board's output has ended
	noise []string
	why   string
	say   device.Line
}

// New makes a Board. boot starts it and returns its serial line; closing that ends the board. suite is what must lie on
// it. limit is the real time for booting and for each run; 0 is Limit.
func New(boot func() (io.ReadWriteCloser, error), suite *conformance.Suite, limit time.Duration) *Board {
	if limit == 0 {
		limit = Limit
	}
	return &Board{boot: boot, suite: suite, limit: limit}
}

// errEnded and errLate are how a board fails to answer.
var (
	errEnded = errors.New("the board's output has ended")
	errLate  = errors.New("no answer in time")
)

// Execute implements conformance.Executor. The tracer is not called: the frames stay on the board.
func (b *Board) Execute(j *conformance.Job, _ vm.Tracer) vm.Verdict {
	b.why = ""
	if err := b.start(); err != nil {
		b.why = err.Error()
		return vm.Verdict{Outcome: vm.Error}
	}
	b.say.Begin("run").Int("case", int64(j.Program.Index)).Int("twin", bit(j.Twin)).Hex("seed", j.Seed)
	b.say.Hex("start", uint64(j.Start)).Int("swap", bit(j.Swap))
	v, err := b.verdict(run{j.Program.Index, j.Twin})
	if err == nil {
		return v
	}
	b.why = fmt.Sprintf("console: case %d: %v%s", j.Program.Index, err, b.lastNoise())
	b.stop()
	if errors.Is(err, errLate) {
		return vm.Verdict{Outcome: vm.Timeout, Reason: vm.Hung}
	}
	return vm.Verdict{Outcome: vm.Crash, Reason: vm.Crashed}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// verdict sends the line that was made ready and waits for the run's verdict.
func (b *Board) verdict(want run) (v vm.Verdict, err error) {
	b.noise = b.noise[:0]
	if _, err := b.line.Write(b.say.End()); err != nil {
		return v, errEnded
	}
	deadline := time.After(b.limit)
	for {
		w, err := b.next(deadline)
		if err != nil {
			return v, err
		}
		switch {
		case w.Is("error"):
			return v, fmt.Errorf("the board says: %s", w.Get("what"))
		case w.Is("verdict"):
			got, v, ok := parseVerdict(w)
			if !ok || got != want {
				return v, fmt.Errorf("a verdict that was not asked for: run %v, not %v", got, want)
			}
			return v, nil
		}
	}
}

// next waits for the next checked line.
func (b *Board) next(deadline <-chan time.Time) (device.Words, error) {
	for {
		select {
		case l, ok := <-b.lines:
			if !ok {
				return device.Words{}, errEnded
			}
			if w, ok := device.ParseLine([]byte(l)); ok {
				return w, nil
			}
			b.noise = append(b.noise, l)
		case <-deadline:
			return device.Words{}, errLate
		}
	}
}

// start boots the board unless it runs, and holds its list of cases against ours.
func (b *Board) start() error {
	if b.line != nil {
		return nil
	}
	line, err := b.boot()
	if err != nil {
		return err
	}
	b.line, b.lines = line, make(chan string, 64)
	go read(line, b.lines)
	w, err := b.answer("hello")
	if err != nil {
		err = fmt.Errorf("console: no hello from the board: %w%s", err, b.lastNoise())
		b.stop()
		return err
	}
	version, _ := w.Int("version")
	hash, _ := w.Hex("hash")
	count, _ := w.Int("cases")
	var own device.Blob
	if e := own.Open(store(b.suite.Blob())); e != device.BlobOK {
		return fmt.Errorf("console: our own list of cases: %s", e)
	}
	if version != device.ProtocolVersion || hash != own.Hash() {
		b.stop()
		return fmt.Errorf("console: the image is another: protocol %d with %d cases, list %016x; wanted protocol %d with %d cases, list %016x: build it again",
			version, count, hash, device.ProtocolVersion, own.Count(), own.Hash())
	}
	return b.carry()
}

// carry has the board choose the link.
func (b *Board) carry() error {
	if b.Link == "" {
		return nil
	}
	_, err := b.line.Write(b.say.Begin("link").Str("name", b.Link).End())
	if err == nil {
		_, err = b.answer("link")
	}
	if err != nil {
		err = fmt.Errorf("console: the board has no link %s: %w%s", b.Link, err, b.lastNoise())
		b.stop()
	}
	return err
}

// answer waits for a line with this word: hello, which the board sends when it has started, or what was asked for.
func (b *Board) answer(word string) (device.Words, error) {
	deadline := time.After(b.limit)
	for {
		w, err := b.next(deadline)
		if err != nil || w.Is(word) {
			return w, err
		}
		if w.Is("error") {
			return w, fmt.Errorf("the board says: %s", w.Get("what"))
		}
	}
}

// lastNoise is what the board said last outside of lines, such as a panic's message.
func (b *Board) lastNoise() string {
	for i := len(b.noise) - 1; i >= 0; i-- {
		if t := strings.TrimSpace(b.noise[i]); t != "" {
			return ": " + t
		}
	}
	return ""
}

func (b *Board) stop() {
	if b.line == nil {
		return
	}
	b.line.Close()
	for range b.lines { // until the reader has ended
	}
	b.line, b.noise = nil, nil
}

// Why implements conformance.Executor.
func (b *Board) Why() string { return b.why }

// Close implements conformance.Executor.
func (b *Board) Close() error {
	b.stop()
	return nil
}

// read hands on lines until the board's output ends. A line longer than any of ours comes in pieces, as noise.
func read(r io.Reader, lines chan<- string) {
	defer close(lines)
	s := bufio.NewReaderSize(r, 4*device.MaxLine)
	for {
		l, err := s.ReadSlice('\n')
		if len(l) > 0 {
			lines <- strings.TrimRight(string(l), "\r\n")
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// store is a device.Store over bytes.
type store []byte

func (s store) Size() int                { return len(s) }
func (s store) ReadAt(p []byte, off int) { copy(p, s[off:off+len(p)]) }

// Serve boots a board and has it serve its stack: the transport of the stack-under-test protocol over its serial line.
func Serve(boot func() (io.ReadWriteCloser, error), limit time.Duration) (io.ReadWriteCloser, error) {
	if limit == 0 {
		limit = Limit
	}
	line, err := boot()
	if err != nil {
		return nil, err
	}
	kill := time.AfterFunc(limit, func() { line.Close() })
	defer kill.Stop()
	s := &served{line, bufio.NewReader(line)}
	if err = s.await("hello"); err == nil {
		var say device.Line
		if _, err = line.Write(say.Begin("sut").End()); err == nil {
			err = s.await("serving")
		}
	}
	if err != nil {
		line.Close()
		return nil, fmt.Errorf("console: the board does not serve: %w", err)
	}
	return s, nil
}

// served is a serial line on which the board serves.
type served struct {
	io.ReadWriteCloser
	r *bufio.Reader
}

func (s *served) Read(p []byte) (int, error) { return s.r.Read(p) }

func (s *served) await(word string) error {
	for {
		l, err := s.r.ReadString('\n')
		if err != nil {
			return err
		}
		if w, ok := device.ParseLine([]byte(strings.TrimRight(l, "\r\n"))); ok && w.Is(word) {
			return nil
		}
	}
}
