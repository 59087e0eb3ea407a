package remote

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/shim"
)

// childVar tells the test binary, started as a child, what to be.
const childVar = "STACKPROOF_TEST_CHILD"

func TestMain(m *testing.M) {
	mode, arg, _ := strings.Cut(os.Getenv(childVar), "=")
	if mode == "" {
		os.Exit(m.Run())
	}
	child, ok := children[mode]
	if !ok {
		fmt.Fprintf(os.Stderr, "no such child: %q\n", mode)
		os.Exit(9)
	}
	child(arg)
}

// spawn is a Transport to this test binary as a child of that mode.
func spawn(mode string) *Command {
	return &Command{Argv: []string{os.Args[0]}, Env: []string{childVar + "=" + mode}}
}

// children are the ways to be a stack's side, most of them bad. A bad one does its duty up to the first Deliver, so that
// it gets as far as a case would.
var children = map[string]func(arg string){
	"good":          func(string) { serve(&toy{}, os.Stdout) },
	"good line":     func(string) { shim.Run(&toy{}, os.Stdin, os.Stdout, message.Line) },
	"own stack":     func(string) { serve(large.New(), os.Stdout) },
	"slow but fine": func(string) { serve(&toy{}, drip{os.Stdout}) },
	"exit at once": func(string) {
		fmt.Fprintln(os.Stderr, "toy: cannot start: no memory")
		os.Exit(3)
	},
	"exit":            atDeliver(func() { os.Exit(3) }),
	"last words":      atDeliver(func() { fmt.Fprintln(os.Stderr, "first\nlast words"); os.Exit(0) }),
	"panic":           atDeliver(func() { panic("index out of range [7] with length 7") }),
	"hang":            atDeliver(hang),
	"hang at once":    func(string) { hang() },
	"close output":    atDeliver(func() { os.Stdout.Close(); hang() }),
	"text":            atDeliver(func() { fmt.Println("hello from the stack"); hang() }),
	"too long":        atDeliver(func() { os.Stdout.Write([]byte{0, 0, 0x11, 0}); hang() }),
	"half a message":  atDeliver(func() { os.Stdout.Write([]byte{20, 0, 0, 0, 0x83, 4}); os.Exit(0) }),
	"begin and hang":  atDeliver(func() { os.Stdout.Write([]byte{20, 0, 0, 0, 0x83, 4}); hang() }),
	"no message":      atDeliver(func() { body(0x83) }),
	"other request":   atDeliver(func() { body(0x83, 99, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0) }),
	"other operation": atDeliver(func() { body(0x84, 3, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0) }),
	"says it crashed": atDeliver(func() { body(0x83, 3, 0, 3, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 2, 'M', 'C') }),
	"small messages": func(string) {
		io.ReadFull(os.Stdin, make([]byte, 9))
		body(0x81, 1, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, sut.Version, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 'p', 'o', 's', 'i', 'x', 0)
		hang()
	},
	"refuse": func(string) {
		io.ReadFull(os.Stdin, make([]byte, 9))
		body(0x81, 1, 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0)
		hang()
	},
	"leave output": atDeliver(func() {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childVar+"=hang at once")
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Start(); err != nil {
			panic(err)
		}
		os.Exit(4)
	}),
	"leave orphan": func(addr string) { atDeliver(func() { leaveOrphan(addr) })("") },
	"overflow": atDeliver(func() {
		fmt.Fprint(os.Stderr, "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n", strings.Repeat("a frame of it\n", 5000))
		os.Exit(2)
	}),
	"parent":  func(addr string) { beParent(addr) },
	"orphan":  func(addr string) { beOrphan(addr) },
	"chatter": atDeliver(func() { fmt.Fprint(os.Stderr, strings.Repeat("a line of chatter\n", 5000), "the end\n"); os.Exit(1) }),
}

func serve(s sut.SUT, out io.Writer) { shim.Run(s, os.Stdin, out, message.Pipe) }

// body writes a message on a pipe.
func body(b ...byte) { os.Stdout.Write(append([]byte{byte(len(b)), 0, 0, 0}, b...)) }

// hang sleeps, and does not merely block: where the runtime sees that nobody can ever wake it, it ends the program.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// atDeliver is a toy stack that does this when a frame comes.
func atDeliver(do func()) func(string) {
	return func(string) {
		serve(&liar{deliver: func(sut.Sink) sut.Status { do(); return sut.OK }}, os.Stdout)
	}
}

// leaveOrphan starts a child "orphan" and ends when that is under way.
func leaveOrphan(addr string) {
	orphan := exec.Command(os.Args[0])
	orphan.Env = append(os.Environ(), childVar+"=orphan="+addr)
	out, err := orphan.StdoutPipe()
	if err == nil {
		err = orphan.Start()
	}
	if err == nil {
		_, err = io.ReadFull(out, make([]byte, 1))
	}
	if err != nil {
		panic(err)
	}
	os.Exit(4)
}

// drip writes byte by byte.
type drip struct{ w io.Writer }

func (d drip) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := d.w.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

// beParent has a child "orphan", tells that it has, and hangs.
func beParent(addr string) {
	c, err := spawn("orphan=" + addr).Open()
	if err != nil {
		panic(err)
	}
	defer c.Close()
	fmt.Println("here")
	hang()
}

// beOrphan shows that it lives by a connection, and hangs without a look at its standard input.
func beOrphan(addr string) {
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	fmt.Println("here")
	hang()
}
