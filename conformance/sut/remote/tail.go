package remote

import (
	"strings"
	"sync"
)

// tailSize is how much of a process's standard error is kept, in bytes.
const tailSize = 16 << 10

// headSize is how much of its beginning: a stack overflow names its cause before a long trace.
const headSize = 2 << 10

// tail is a writer that keeps the end of what was written, and a little of the beginning.
type tail struct {
	mu   sync.Mutex
	head []byte
	buf  []byte
	cut  bool // the beginning is gone
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = append(t.head, p[:min(len(p), headSize-len(t.head))]...)
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
		t.cut = true
	}
	return len(p), nil
}

// String is the end of what was written, whole lines only, without the last newline.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := string(t.buf)
	if t.cut {
		_, s, _ = strings.Cut(s, "\n")
	}
	return strings.TrimRight(s, "\n")
}

// causes begin the line that names why a process ends.
var causes = []string{"panic: ", "fatal error: ", "SIG", "thread '"}

// first is the first line that says something of a process that ended badly: a panic or an error, else the last line.
func (t *tail) first() string {
	lines := strings.Split(t.String(), "\n")
	t.mu.Lock()
	all := append(strings.Split(string(t.head), "\n"), lines...)
	t.mu.Unlock()
	for _, l := range all {
		for _, c := range causes {
			if strings.HasPrefix(l, c) {
				return strings.TrimSpace(l)
			}
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
