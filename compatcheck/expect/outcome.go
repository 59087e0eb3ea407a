package expect

import (
	"fmt"
	"strings"
	"time"
)

// Outcome is what came of a line.
type Outcome struct {
	Result string   // of a call, and the error's name; "" of what is no call, "..." of what never returned
	Memory []string // what the call left in the memory that it got, in words
	Done   bool     // the call returned,
	Waits  bool     // but not at once:
	Waited time.Duration
	On     int    // so many lines on
	Ready  string // what poll says afterwards of all descriptors, where that has changed
	Peer   string // of the last line, if the peer is alive: what it has got in the end
}

// remark is the outcome as it stands behind its line, without the result.
func (o *Outcome) remark() string {
	remarks := append([]string{}, o.Memory...)
	switch {
	case o.Result == "":
	case !o.Done:
		remarks = append(remarks, "waits for ever")
	case !o.Waits:
		remarks = append(remarks, "at once")
	case o.On == 0:
		remarks = append(remarks, "in its turn")
	default:
		remarks = append(remarks, fmt.Sprintf("waits %v = %d ticks, ends %d on", o.Waited, (o.Waited+Tick-1)/Tick, o.On))
	}
	for _, more := range []string{o.Ready, o.Peer} {
		if more != "" {
			remarks = append(remarks, more)
		}
	}
	return strings.Join(remarks, "; ")
}
