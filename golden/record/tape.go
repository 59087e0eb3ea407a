//go:build linux

package record

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"stackproof/conformance/report"
)

// maxCapture is how long a capture may be, in bytes.
const maxCapture = 64 << 10

// tape takes the frames that a wire brings to its ends. What the wire loses is not in it, what it doubles is there twice: it
// is what each end really got, so what each answers makes sense to who replays it.
type tape struct {
	mu      sync.Mutex
	running bool
	start   time.Duration
	frames  []frame
}

// frame is one recorded frame.
type frame struct {
	at    time.Duration // since the first
	bytes []byte
}

// Frame implements segment.Tap. The odd interfaces are where frames arrive.
func (t *tape) Frame(iface int, at time.Duration, b []byte, _ string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.running || iface%2 == 0 {
		return
	}
	if len(t.frames) == 0 {
		t.start = at
	}
	t.frames = append(t.frames, frame{at - t.start, bytes.Clone(b)})
}

// roll starts the tape.
func (t *tape) roll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running = true
}

// stop ends it and returns what is on it.
func (t *tape) stop() []frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running = false
	return t.frames
}

func (t *tape) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.frames)
}

// pcapng is the capture as a file.
func pcapng(frames []frame, comment string) ([]byte, error) {
	var b bytes.Buffer
	c := report.NewCapture(&b, comment, "wire")
	for _, f := range frames {
		c.Frame(0, f.at, f.bytes, "")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if b.Len() > maxCapture {
		return nil, fmt.Errorf("the capture has %d bytes, the limit is %d", b.Len(), maxCapture)
	}
	return b.Bytes(), nil
}
