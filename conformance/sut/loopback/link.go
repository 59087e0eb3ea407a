// Package loopback carries the frames between judge and stack through an Ethernet MAC's own loopback, so that a bare board
// without a cable runs the cases through its real DMA. Both share the driver's rings: what the one sends the hardware sends
// back, and the other gets it.
//
// Whose a frame is tells the order, which the MAC keeps, rather than the source address, which a case may forge: the judge
// sends while nothing of the stack's is under way, and waits until its frame is back. So the stack never hears itself.
//
// Time is the hardware's own. The stack's stands still until nothing is under way, or for so long that a frame must be lost.
//
// Core rules hold: the package runs on the board.
package loopback

import (
	"time"

	"stackproof/drivers/emac"
)

// Clock is real time.
type Clock interface {
	// Now is the time since an arbitrary moment.
	Now() time.Duration
}

// Failure is what must not happen and did.
type Failure uint8

// The failures.
const (
	None    Failure = iota
	NoStart         // the driver refuses its memory, or the hardware does not come out of reset: there is no clock
	NoRoom          // no transmit descriptor becomes free, or a frame is longer than a MAC takes
	LostIn          // a frame of the judge's does not come back
	LostOut         // a frame of the stack's does not come back
)

// How long to wait, in real time. Of a soft reset the EMAC's documents say nothing; a burst that fills the rings is on the
// wire for 2 ms.
const (
	startPatience = 500 * time.Millisecond
	framePatience = 100 * time.Millisecond
)

// Link is such a way. It is large: keep it in a global.
type Link struct {
	driver  emac.Driver
	bus     emac.Bus
	clock   Clock
	config  emac.Config
	arrived [emac.MaxFrame]byte // the judge's frame as it came back: its descriptor is free for what the stack answers
	length  int                 // of arrived; 0: nothing has
	under   int                 // frames of the stack's that have not come back
	lent    bool                // of these one is lent
	failure Failure
}

// Init makes the link over hardware whose clocks run. memory is the driver's: emac.Size(rings, rings) bytes that its DMA
// reaches, from a multiple of emac.CacheLine on.
func (l *Link) Init(bus emac.Bus, clock Clock, memory []byte, rings int, busHz uint32) {
	l.bus, l.clock = bus, clock
	l.config.Memory, l.config.Receive, l.config.Transmit = memory, rings, rings
	l.config.BusHz, l.config.Loopback, l.config.Promiscuous = busHz, true, true
}

// Failure is the first thing that went wrong since Open.
func (l *Link) Failure() Failure { return l.failure }

// Failed says whether anything did.
func (l *Link) Failed() bool { return l.failure != None }

// Open starts the driver as after a start of the system.
func (l *Link) Open(mac [6]byte) {
	l.failure, l.length, l.under, l.lent = None, 0, 0, false
	l.config.Address = mac
	start := l.clock.Now()
	if l.driver.Init(l.bus, &l.config, start) != emac.Fine {
		l.failure = NoStart
		return
	}
	for now := start; now-start < startPatience; now = l.clock.Now() {
		l.driver.Poll(now)
		if l.driver.State() == emac.Up {
			return
		}
	}
	l.failure = NoStart
}

// Plug has no cable to move.
func (l *Link) Plug(in bool) (up bool) { return in }

// Arrive sends a frame of the judge's and waits until it is back.
func (l *Link) Arrive(frame []byte) {
	b := l.Reserve(len(frame))
	if b == nil {
		l.fail(NoRoom)
		return
	}
	copy(b, frame)
	l.driver.Send(len(frame))
	back := l.await()
	if back == nil {
		l.fail(LostIn)
		return
	}
	l.length = copy(l.arrived[:], back)
	l.driver.Release()
}

// Receive lends the frame that has arrived.
func (l *Link) Receive() []byte {
	if l.length == 0 {
		return nil
	}
	return l.arrived[:l.length]
}

// Release takes it back.
func (l *Link) Release() { l.length = 0 }

// Reserve gives a buffer, nil if as many frames are under way as can come back without loss: Sent makes room then.
func (l *Link) Reserve(n int) []byte {
	if l.under == l.config.Receive || n > emac.MaxFrame {
		return nil
	}
	b := l.driver.Reserve(n)
	for start := l.clock.Now(); b == nil; b = l.driver.Reserve(n) {
		now := l.clock.Now()
		if now-start >= framePatience {
			l.fail(NoRoom)
			return nil
		}
		l.driver.Poll(now)
	}
	return b
}

// Send sends a frame of the stack's.
func (l *Link) Send(n int) {
	l.driver.Send(n)
	l.under++
}

// Sent lends the stack's next frame as it came back, until it is called again; nil: all are back.
func (l *Link) Sent() []byte {
	if l.lent {
		l.driver.Release()
		l.lent = false
	}
	if l.under == 0 {
		return nil
	}
	l.under--
	back := l.await()
	if back == nil {
		l.under = 0
		l.fail(LostOut)
		return nil
	}
	l.lent = true
	return back
}

// await waits for the next frame that comes back, nil if none does.
func (l *Link) await() []byte {
	start := l.clock.Now()
	l.driver.Poll(start)
	for {
		if f := l.driver.Receive(); f != nil {
			return f
		}
		if l.clock.Now()-start >= framePatience {
			return nil
		}
	}
}

// fail notes the first failure.
func (l *Link) fail(f Failure) {
	if l.failure == None {
		l.failure = f
	}
}
