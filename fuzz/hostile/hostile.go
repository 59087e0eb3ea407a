// Package hostile is fuzz targets that send the stack what it likes least. Each is one function of bytes for every engine: it
// panics if a promise is broken, and returns 1 for an input that is worth keeping, else 0.
package hostile

import (
	"fmt"
	"sync"
	"time"

	"stackproof/fuzz/mutate"
	"stackproof/golden/siege"
)

// arena is the prepared states and the room for a frame. An engine calls one body at a time.
type arena struct {
	*siege.Siege
	frame mutate.Frame
}

var shared = sync.OnceValue(func() *arena {
	s, err := siege.New()
	if err != nil {
		panic(err)
	}
	return &arena{Siege: s}
})

// An order is what stands before a frame in an input: how it is to be changed.
const (
	orderLen    = 2 // the state, and the order
	mutateLen   = 3
	orderAim    = 1 << 2
	orderRepair = 1 << 3
	orderV6     = 1 << 4
	mostEdits   = 3
)

// Frame gives the stack one frame in one of the prepared states, then lets a friend make an exchange. The first byte chooses
// the state, the second has the number of edits in its low two bits and the flags of an order; each edit has three bytes:
// the mutator, and a number; the rest is the frame.
func Frame(data []byte) int {
	if len(data) < orderLen {
		return 0
	}
	a := shared()
	state, order := int(data[0])%a.States(), data[1]
	a.Enter(state)
	a.hear(state, order, data[orderLen:])
	a.must(a.Exchange(order&orderV6 != 0))
	return 1
}

// hear gives the stack a frame as an order says; b is the edits and the frame.
func (a *arena) hear(state int, order byte, b []byte) {
	edits := b
	n := min(int(order&mostEdits), len(b)/mutateLen)
	b = b[n*mutateLen:]
	if order&orderAim != 0 {
		if aimed := a.Aim(state, b[:min(len(b), frameMost)]); aimed != nil {
			b = aimed
		}
	}
	a.frame.Set(b)
	for i := range n {
		e := edits[i*mutateLen:]
		mutate.All[int(e[0])%len(mutate.All)].Do(&a.frame, uint32(e[1])|uint32(e[2])<<8)
	}
	if order&orderRepair != 0 {
		a.frame.Repair()
	}
	a.must(a.Hear(a.frame.Bytes()))
}

const frameMost = 1514

func (a *arena) must(err error) {
	if err != nil {
		panic(fmt.Errorf("hostile: %w", err))
	}
}

// mostSteps is how many frames a sequence has.
const mostSteps = 64

// Sequence gives the stack frames one after the other, with time between, and a friend makes an exchange in the end. The
// first byte chooses the state; then each frame has its order, a byte of time, and two of length.
func Sequence(data []byte) int {
	if len(data) < 1 {
		return 0
	}
	a := shared()
	state := int(data[0]) % a.States()
	a.Enter(state)
	data = data[1:]
	v6 := false
	for n := 0; n < mostSteps && len(data) >= 4; n++ {
		order, pause := data[0], data[1]
		k := min(int(data[2])<<8|int(data[3]), len(data)-4)
		a.hear(state, order, data[4:4+k])
		v6 = order&orderV6 != 0
		data = data[4+k:]
		d := time.Duration(1) << (pause >> 3) * time.Microsecond // up to 36 minutes
		if pause&1 != 0 {
			a.Late(d)
		} else {
			a.must(a.Pass(d))
		}
	}
	a.must(a.Exchange(v6))
	return 1
}
