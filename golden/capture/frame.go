package capture

import (
	"fmt"
	"time"
)

// Frame is one frame of a capture.
type Frame struct {
	Number    int64 // the first is 1
	Offset    int64 // of the record or block in the file, in bytes
	Interface int   // number of the interface within its section; always 0 in pcap
	Link      Link
	Time      time.Duration // since 1970; 0 where the format has none (simple packet blocks)
	Data      []byte        // what was captured, without the FCS; borrowed until the next frame
	Length    int           // on the wire, without the FCS
}

// Cut reports whether the capture holds less of the frame than was on the wire.
func (f *Frame) Cut() bool { return len(f.Data) < f.Length }

// Error says what is wrong with a capture, and where.
type Error struct {
	File   string
	Offset int64 // of the record, block or header that is at fault
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("capture: %s: at byte %d: %s", e.File, e.Offset, e.Reason)
}

// MaxFrame is the longest frame that is read, in bytes: what tcpdump and Wireshark take at most, and four times the longest
// IP packet.
const MaxFrame = 256 << 10

// dropFCS takes the check sequence off a frame that carries one of n bytes. What is cut off already cannot be taken.
func (f *Frame) dropFCS(n int) {
	f.Length = max(f.Length-n, 0)
	f.Data = f.Data[:min(len(f.Data), f.Length)]
}
