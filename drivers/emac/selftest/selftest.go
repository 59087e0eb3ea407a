// Package selftest tests an EMAC by itself, through its own driver and the MAC's loopback: nothing needs to be plugged in.
//
// Core rules hold: the package runs on the board.
package selftest

import (
	"time"

	"stackproof/drivers/emac"
)

// Test is one of the tests.
type Test uint8

// The tests.
const (
	Descriptors Test = iota // bursts that fill the rings, until they have wrapped many times
	Overflow                // more frames than descriptors: each is received or counted, and then all is well
	Filter                  // addresses that pass and that do not
	Loopback                // lengths and contents
	MDIO                    // the PHY says which it is
	Tests                   // how many there are
)

var names = [Tests]string{"descriptors", "overflow", "filter", "loopback", "mdio"}

func (t Test) String() string { return names[t] }

// Flaw is what was found; Result has the numbers.
type Flaw uint8

// The flaws.
const (
	None       Flaw = iota
	NoStart         // the driver does not come up
	NoBuffer        // no transmit descriptor becomes free
	Lost            // a frame does not come back: its number was wanted, so many came
	Length          // a frame has another length
	Content         // a frame has another byte there: the one that was wanted, the one that came
	Count           // a counter is wrong
	Passed          // the filter lets pass what it should not: the number of the frame
	NoAnswer        // the management interface stays busy
	Identifier      // the PHY is another
)

var flaws = [...]string{
	"", "no-start", "no-buffer", "lost", "length", "content", "count", "passed-the-filter", "no-answer", "identifier",
}

func (f Flaw) String() string { return flaws[f] }

// Result is what came of a test.
type Result struct {
	Flaw      Flaw
	Want, Got uint32
}

// Clock is real time.
type Clock interface {
	// Now is the time since an arbitrary moment.
	Now() time.Duration
}

// Runner runs tests on an EMAC whose clocks run. The memory is the driver's: emac.Size(Rings, Rings) bytes that its DMA
// reaches, from a multiple of emac.CacheLine on.
type Runner struct {
	Bus    emac.Bus
	Clock  Clock
	Memory []byte
	Rings  int
	PHY    uint32 // the PHY's address on the management interface
	BusHz  uint32

	driver emac.Driver
	config emac.Config
	result Result
}

const (
	startPatience = 500 * time.Millisecond
	framePatience = 10 * time.Millisecond // a burst that fills small rings takes 1 ms
	mdioPatience  = 20 * time.Millisecond
)

// Run runs a test.
func (r *Runner) Run(t Test) Result {
	r.result = Result{}
	if !r.start(t != Filter) {
		return r.result
	}
	switch t {
	case Descriptors:
		r.descriptors()
	case Overflow:
		r.overflow()
	case Filter:
		r.filter()
	case Loopback:
		r.loopback()
	case MDIO:
		r.mdio()
	}
	return r.result
}

// found notes a flaw, and answers false.
func (r *Runner) found(f Flaw, want, got uint32) bool {
	r.result = Result{f, want, got}
	return false
}

// own is the address that the tests use: administered locally.
var own = [6]byte{2, 0, 0, 0, 0, 1}

// start brings the driver up.
func (r *Runner) start(promiscuous bool) bool {
	r.config = emac.Config{
		Address: own, Memory: r.Memory, Receive: r.Rings, Transmit: r.Rings, PHY: r.PHY, BusHz: r.BusHz,
		Loopback: true, Promiscuous: promiscuous,
	}
	begin := r.Clock.Now()
	if p := r.driver.Init(r.Bus, &r.config, begin); p != emac.Fine {
		return r.found(NoStart, uint32(emac.Fine), uint32(p))
	}
	for now := begin; now-begin < startPatience; now = r.Clock.Now() {
		r.driver.Poll(now)
		if r.driver.State() == emac.Up {
			return true
		}
	}
	return r.found(NoStart, uint32(emac.Up), uint32(r.driver.State()))
}

// send sends a frame of n bytes to an address; what follows the header is counted up from seed.
func (r *Runner) send(to *[6]byte, n int, seed byte) bool {
	b := r.driver.Reserve(n)
	for begin := r.Clock.Now(); b == nil; b = r.driver.Reserve(n) {
		now := r.Clock.Now()
		if now-begin >= framePatience {
			return r.found(NoBuffer, uint32(r.Rings), 0)
		}
		r.driver.Poll(now)
	}
	copy(b, to[:])
	copy(b[6:], own[:])
	b[12], b[13] = 0x88, 0xb5 // for experiments (IEEE 802, clause 9.2.4)
	for i := header; i < n; i++ {
		b[i] = seed + byte(i)
	}
	r.driver.Send(n)
	return true
}

const (
	header   = 14
	shortest = 60 // what a MAC pads to, without the FCS
)

// await waits for the next frame, nil if none comes.
func (r *Runner) await() []byte {
	for begin := r.Clock.Now(); ; {
		now := r.Clock.Now()
		r.driver.Poll(now)
		if f := r.driver.Receive(); f != nil {
			return f
		}
		if now-begin >= framePatience {
			return nil
		}
	}
}

// back takes a frame back, which must be as send has made it.
func (r *Runner) back(number uint32, n int, seed byte) bool {
	f := r.await()
	if f == nil {
		return r.found(Lost, number, number-1)
	}
	fine := true
	if want := max(n, shortest); len(f) != want {
		fine = r.found(Length, uint32(want), uint32(len(f)))
	}
	for i := header; fine && i < n; i++ {
		if f[i] != seed+byte(i) {
			fine = r.found(Content, uint32(seed+byte(i)), uint32(f[i]))
		}
	}
	r.driver.Release()
	return fine
}
