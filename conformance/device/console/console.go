// Package console is the host's end of a board's serial console: it has the board run the cases that lie on it, and
// takes down what came of them. What is not a checked line is noise, kept for the report of a crash.
package console

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stackproof/conformance"
	"stackproof/conformance/device"
	"stackproof/conformance/vm"
)

// Limit is the real time within which a board must have booted, or done one run.
const Limit = 60 * time.Second

// Board is an image on a board, or on an emulated one. It is a conformance.Executor whose interpreter runs beside the
// stack, on the board. A board that panics, hangs or restarts costs the run at hand; it is started again for the next.
type Board struct {
	// Link is what carries the frames on the board from its next start on; "" is what the board has at the start.
	Link string
	// Build is which image must run on the board (its hello line says); 0 is any.
	Build uint64

	boot  func() (io.ReadWriteCloser, error)
	suite *conformance.Suite
	limit time.Duration

	line   io.ReadWriteCloser
	lines  chan string // closed when the board's output has ended
	noise  []string
	why    string
	say    device.Line
	asked  int64 // the number of the last question who is there
	failed int   // starts in a row that came to nothing
	given  error // why the board is not started again
}

// New makes a Board. boot starts it and returns its serial line; closing that ends the board. suite is what must lie on
// it. limit is the real time for booting and for each run; 0 is Limit.
func New(boot func() (io.ReadWriteCloser, error), suite *conformance.Suite, limit time.Duration) *Board {
	if limit == 0 {
		limit = Limit
	}
	return &Board{boot: boot, suite: suite, limit: limit}
}

// How a board fails to answer.
var (
	errEnded     = errors.New("the board's output has ended")
	errLate      = errors.New("no answer in time")
	errRestarted = errors.New("the board has restarted in mid-run")
	errDamaged   = errors.New("the line is damaged: a run's verdict did not come")
)

// Execute implements conformance.Executor. The tracer is not called: the frames stay on the board.
func (b *Board) Execute(j *conformance.Job, _ vm.Tracer) vm.Verdict {
	b.why = ""
	if err := b.Start(); err != nil {
		b.why = err.Error()
		return vm.Verdict{Outcome: vm.Error}
	}
	v, err := b.verdict(j)
	if err == nil {
		return v
	}
	last := b.lastNoise()
	if errors.Is(err, errRestarted) {
		last = b.noiseWith("panic:", "trap:", "rst:")
	}
	b.why = fmt.Sprintf("console: case %d: %v%s", j.Program.Index, err, last)
	b.stop()
	switch {
	case errors.Is(err, errLate):
		return vm.Verdict{Outcome: vm.Timeout, Reason: vm.Hung}
	case errors.Is(err, errEnded), errors.Is(err, errRestarted):
		return vm.Verdict{Outcome: vm.Crash, Reason: vm.Crashed}
	}
	return vm.Verdict{Outcome: vm.Error}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// tries is how often a run is asked for whose verdict is lost on the line. It is the same run each time.
const tries = 3

// verdict has the board do a run.
func (b *Board) verdict(j *conformance.Job) (v vm.Verdict, err error) {
	b.noise = b.noise[:0]
	for try := range tries {
		if try > 0 { // it might have restarted unheard
			if err := b.carry(); err != nil {
				return v, err
			}
		}
		b.say.Begin("run").Int("case", int64(j.Program.Index)).Int("twin", bit(j.Twin)).Hex("seed", j.Seed)
		b.say.Hex("start", uint64(j.Start)).Int("swap", bit(j.Swap))
		if _, err := b.line.Write(b.say.End()); err != nil {
			return v, errEnded
		}
		if v, err = b.await(run{j.Program.Index, j.Twin}); !errors.Is(err, errDamaged) {
			return v, err
		}
	}
	return v, fmt.Errorf("%w, %d times", err, tries)
}

// grace is how long a board that says nothing may take for the question whether it is there.
const grace = time.Second

// await waits for a run's verdict. Noise may be a verdict that was damaged on its way, silence one that lost its end, and
// a complaint the board's of a request that was damaged: the board is then asked who is there, which it answers when it has
// done what came before. A hello that was not asked for is that of a start, and so is what the ROM says.
func (b *Board) await(want run) (v vm.Verdict, err error) {
	deadline, asked, restarts := time.After(b.limit), false, false
	for {
		w, noise, err := b.next(deadline)
		switch {
		case noise && !restarts && b.noiseWith(romSays) != "": // the reason comes behind it, and then a hello, or not
			deadline, restarts = time.After(min(grace, b.limit)), true
		case errors.Is(err, errLate) && restarts:
			return v, errRestarted
		case errors.Is(err, errLate) && !asked:
			deadline, noise = time.After(min(grace, b.limit)), true
		case err != nil:
			return v, err
		}
		switch {
		case noise:
			if !asked {
				asked = true
				b.ask()
			}
		case notUnderstood(w): // the request, or the question
			asked = true
			b.ask()
		case w.Is("hello"):
			switch n, answer := w.Int("n"); {
			case !answer:
				return v, errRestarted
			case asked && n == b.asked:
				return v, errDamaged
			}
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

// romSays is what the chip's ROM says first after a reset.
const romSays = "ESP-ROM:"

// notUnderstood tells whether the board complains of something that was no line.
func notUnderstood(w device.Words) bool { return w.Is("error") && string(w.Get("what")) == "no-line" }

// ask asks the board who is there. It does not wait until the board, which may hang, has taken the question; a line that
// cannot be written to is found out by reading it.
func (b *Board) ask() {
	b.asked++
	question := bytes.Clone(b.say.Begin("hello").Int("n", b.asked).End())
	go b.line.Write(question)
}

// next waits for the next checked line, or for noise. A line may begin behind noise that had no end.
func (b *Board) next(deadline <-chan time.Time) (w device.Words, noise bool, err error) {
	select {
	case l, ok := <-b.lines:
		if !ok {
			return w, false, errEnded
		}
		if w, ok := device.ParseLine([]byte(l[max(0, strings.LastIndex(l, "$SP ")):])); ok {
			return w, false, nil
		}
		if len(b.noise) == noiseKept {
			b.noise = append(b.noise[:0], b.noise[noiseKept/2:]...)
		}
		b.noise = append(b.noise, l)
		return w, true, nil
	case <-deadline:
		return w, false, errLate
	}
}

// noiseKept is how many lines of noise are kept.
const noiseKept = 64

// giveUp is after how many starts in a row that came to nothing a board is not started again.
const giveUp = 3

// Start boots the board unless it runs, and holds what is on it against what must be. Execute does it too; whoever wants
// to know beforehand calls it.
func (b *Board) Start() error {
	if b.line != nil || b.given != nil {
		return b.given
	}
	err := b.start()
	if err == nil {
		b.failed = 0
		return nil
	}
	b.stop()
	if b.failed++; b.failed == giveUp {
		b.given = fmt.Errorf("%w (the board is given up after %d starts like this)", err, giveUp)
	}
	if another := (anotherError{}); errors.As(err, &another) {
		b.given = err
	}
	return err
}

// anotherError is of a board that runs another image.
type anotherError struct {
	text  string
	build uint64 // which
}

func (e anotherError) Error() string { return e.text }

func (b *Board) start() error {
	line, err := b.boot()
	if err != nil {
		return err
	}
	b.line, b.lines = line, make(chan string, 64)
	go read(line, b.lines)
	b.ask() // a board that has been running all the time says nothing of itself
	w, err := b.answer("hello")
	if err != nil {
		return fmt.Errorf("console: no hello from the board: %w%s", err, b.lastNoise())
	}
	if err := b.compare(w); err != nil {
		return err
	}
	return b.carry()
}

// compare holds a hello line against what must be on the board.
func (b *Board) compare(w device.Words) error {
	version, _ := w.Int("version")
	hash, _ := w.Hex("hash")
	count, _ := w.Int("cases")
	build, _ := w.Hex("build")
	var own device.Blob
	if e := own.Open(store(b.suite.Blob())); e != device.BlobOK {
		return fmt.Errorf("console: our own list of cases: %s", e)
	}
	if version != device.ProtocolVersion || hash != own.Hash() {
		return anotherError{text: fmt.Sprintf("console: the image is another: protocol %d with %d cases, list %016x; wanted protocol %d with %d cases, list %016x: build it again, and flash it where it lies in flash",
			version, count, hash, device.ProtocolVersion, own.Count(), own.Hash())}
	}
	if b.Build != 0 && build != b.Build {
		return anotherError{fmt.Sprintf("console: the image is another: build %016x; wanted build %016x: flash it again", build, b.Build), build}
	}
	return nil
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
		return fmt.Errorf("console: the board has no link %s: %w%s", b.Link, err, b.lastNoise())
	}
	return nil
}

// answer waits for a line with this word: hello, which the board sends when it has started, or what was asked for.
func (b *Board) answer(word string) (device.Words, error) {
	deadline := time.After(b.limit)
	for {
		w, noise, err := b.next(deadline)
		switch {
		case err != nil:
			return w, err
		case noise:
		case w.Is(word):
			return w, nil
		case notUnderstood(w) && word == "hello":
			b.ask() // the question came behind half a line of somebody else's
		case w.Is("error"):
			return w, fmt.Errorf("the board says: %s", w.Get("what"))
		}
	}
}

// lastNoise is what the board said last outside of lines, such as a panic's message.
func (b *Board) lastNoise() string { return b.noiseWith("") }

// noiseWith is the last noise with one of these words, the first that there is any with: a panic's message comes before
// the ROM's, which says only why it was reset.
func (b *Board) noiseWith(words ...string) string {
	for _, word := range words {
		for _, l := range slices.Backward(b.noise) {
			if t := strings.TrimSpace(l); t != "" && strings.Contains(t, word) {
				return ": " + t
			}
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
