// Package model is the Ethernet MAC of the ESP32-P4 in virtual time, at the level of registers and descriptors: what a
// driver writes and reads, what the DMA does in memory, what goes over the wire and how long that takes. What the manual
// forbids is reported as a [Violation]. README.md lists what is taken from where, and what only silicon can confirm.
package model

import (
	"math/rand/v2"
	"time"

	"stackproof/drivers/emac"
)

// Config says what the hardware is like. The zero value is the ESP32-P4 with SYS_CLK at 180 MHz, and an IP101 at
// address 1 whose partner offers all it can.
type Config struct {
	Seed uint64 // of back-off and of the faults that draw

	SystemHz int // SYS_CLK in Hz, which is also the CSR clock; 180 MHz
	PTPHz    int // clock of the time stamps in Hz; 40 MHz
	ReceiveFIFO,
	TransmitFIFO int // bytes; 256 and 2048

	DescriptorTime time.Duration // to read or to write a descriptor; 150 ns
	ByteTime       time.Duration // to move a byte over the bus; 5 ns
	ResetTime      time.Duration // from SWR, or the clock's return, to SWR's clearing; 2 us

	PHY PHYConfig

	Sent   func(Frame)     // frames that leave on the wire; may be nil
	Report func(Violation) // told of each violation; may be nil
}

func (c *Config) complete() {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	span := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&c.SystemHz, 180_000_000)
	set(&c.PTPHz, 40_000_000)
	set(&c.ReceiveFIFO, 256)
	set(&c.TransmitFIFO, 2048)
	span(&c.DescriptorTime, 150*time.Nanosecond)
	span(&c.ByteTime, 5*time.Nanosecond)
	span(&c.ResetTime, 2*time.Microsecond)
	c.PHY.complete()
}

// Frame is a frame on the wire, with its FCS and without preamble. The bytes are only lent.
type Frame struct {
	Start, End time.Duration // first bit of the preamble, last bit of the FCS
	Bytes      []byte
	Broken     bool // cut by an underflow, a collision or a loss of the link: the FCS is wrong or absent
}

// EMAC is the hardware. It belongs to one goroutine.
type EMAC struct {
	cfg    Config
	memory Memory
	now    time.Duration
	rand   *rand.Rand

	reg    [emac.RegistersEnd / 4]uint32
	due    [events]time.Duration // never, if nothing is due
	clocks Clocks
	reset  bool // SWR has not cleared

	address addressLatch
	irq     irq
	tx      transmitDMA
	txMAC   transmitMAC
	rx      receiveDMA
	rxMAC   receiveMAC
	flow    flow
	stamps  stamps
	phy     phy
	mdio    mdio
	faults  faults
	known   map[uint32]bool // descriptors: address, true if it is for receiving

	stats      Stats
	violations []Violation
	violated   int
}

// Stats counts what the hardware has no register for. A test accounts for every frame with it.
type Stats struct {
	Sent          uint64 // frames that left whole
	SentBroken    uint64 // frames that left cut
	PauseSent     uint64
	Arrived       uint64 // frames that began on the wire, or came back by loopback
	Received      uint64 // frames whose last descriptor was closed, errors included
	PauseReceived uint64 // PAUSE frames that were obeyed
	Deaf          uint64 // frames that arrived while the receiver was off, stuck, or without link or clock
	Filtered      uint64 // frames for others
	Dropped       uint64 // frames with errors that the FIFO dropped whole
	Overflowed    uint64 // frames that the FIFO lost or cut
	Missed        uint64 // frames that found no descriptor
	Flushed       uint64 // frames that a flush or a reset took from a FIFO
}

// Stats returns the counters.
func (e *EMAC) Stats() Stats { return e.stats }

// never is when what is not due is due.
const never = time.Duration(1<<63 - 1)

// event is something that happens at a time. At the same time the first of these comes first.
type event int

const (
	evReset event = iota
	evPHY
	evMDIO
	evFlush
	evTransmitClose
	evTransmitDMA
	evTransmitMAC
	evPause    // the next PAUSE frame while flow control is asserted
	evPauseEnd // the partner's pause is over
	evReceiveMAC
	evReceiveDMA
	evReceiveTimer
	evTarget
	events
)

// New makes the hardware as it is after power-on: clocks off, the PHY in reset.
func New(cfg Config, memory Memory) *EMAC {
	cfg.complete()
	e := &EMAC{cfg: cfg, memory: memory, known: map[uint32]bool{}}
	e.rand = rand.New(rand.NewPCG(cfg.Seed, 0xe4ac))
	for i := range e.due {
		e.due[i] = never
	}
	if ram, ok := memory.(*RAM); ok {
		ram.Report = e.memoryReport
		ram.Watch = e.watchWriteBack
	}
	e.phy.powerOn(e)
	e.resetRegisters()
	e.reset = true
	return e
}

// Now is the time up to which the hardware has advanced.
func (e *EMAC) Now() time.Duration { return e.now }

// Next is when the hardware next does something by itself, if anything is due.
func (e *EMAC) Next() (time.Duration, bool) {
	at := e.due[0]
	for _, d := range e.due[1:] {
		at = min(at, d)
	}
	return at, at != never
}

// Advance lets everything happen that is due up to now. A time before [EMAC.Now] is none.
func (e *EMAC) Advance(now time.Duration) {
	for {
		first := event(0)
		for i, d := range e.due {
			if d < e.due[first] {
				first = event(i)
			}
		}
		if e.due[first] > now {
			break
		}
		e.now = max(e.now, e.due[first])
		e.due[first] = never
		e.happen(first)
	}
	e.now = max(e.now, now)
}

func (e *EMAC) happen(ev event) {
	switch ev {
	case evReset:
		e.resetDone()
	case evPHY:
		e.phy.event(e)
	case evMDIO:
		e.mdioDone()
	case evFlush:
		e.flushDone()
	case evTransmitClose:
		e.transmitClose()
	case evTransmitDMA:
		e.transmitStep()
	case evTransmitMAC:
		e.transmitMACEvent()
	case evPause:
		e.pauseAgain()
	case evPauseEnd:
		e.tryTransmit()
	case evReceiveMAC:
		e.receiveMACEvent()
	case evReceiveDMA:
		e.receiveStep()
	case evReceiveTimer:
		e.raise(emac.StatusRI)
	case evTarget:
		e.targetReached()
	}
}

// in schedules ev; there is one of each at a time.
func (e *EMAC) in(ev event, after time.Duration) { e.due[ev] = e.now + after }

func (e *EMAC) cancel(ev event) { e.due[ev] = never }
