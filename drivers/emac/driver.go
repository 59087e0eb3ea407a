package emac

import (
	"time"
)

// Config says how a Driver uses the hardware.
type Config struct {
	Address  [6]byte // of the interface, not a group's
	Memory   []byte  // at least Size(Receive, Transmit) bytes that the DMA reaches, from a multiple of CacheLine on
	Receive  int     // receive descriptors, at least 2
	Transmit int     // transmit descriptors, at least 2

	PHY         uint32 // the PHY's address on the management interface
	BusHz       uint32 // SYS_CLK in Hz: what MDC is divided from
	Loopback    bool   // the MAC's own loopback at 100 Mbit/s; there is no link to wait for
	Promiscuous bool   // receive every frame
	Pause       bool   // offer the partner flow control (IEEE 802.3 annex 31B): pause when it asks, ask when the ring fills
	Checksums   bool   // let the hardware insert and verify the checksums of IP, TCP, UDP and ICMP
}

// BufferSize is the room of a descriptor's buffer: the longest frame with VLAN tag and FCS, in whole cache lines.
const BufferSize = 1536

// MaxFrame is the longest frame in bytes that is sent or received, without the FCS.
const MaxFrame = 1518

// DefaultRing is how many descriptors each way are enough to fill 100 Mbit/s both ways at once, for a processor that comes
// within the time of half a ring, 0.5 ms.
const DefaultRing = 8

// Size is how much memory a driver needs for so many descriptors.
func Size(receive, transmit int) int { return (receive + transmit) * (DescriptorSize + BufferSize) }

// Problem is why Init cannot do what it is asked for.
type Problem uint8

// The problems.
const (
	Fine       Problem = iota
	TooSmall           // Config.Memory is shorter than Size says
	Misaligned         // Config.Memory does not begin a cache line
	TooFew             // there must be two descriptors each way
	Group              // Config.Address is a group's
)

// State is how far the driver has got.
type State uint8

// The states.
const (
	Resetting State = iota // waits for the soft reset, which waits for the PHY's clock
	Down                   // waits for a link
	Up                     // sends and receives
)

// Driver moves frames through the EMAC. It is a stack's device: received frames are lent where the DMA has put them, and
// frames are written where the DMA fetches them. It allocates nothing and never waits: what takes the hardware time is
// looked at again by Poll. Every fault of the hardware has one remedy, a soft reset and a new start, which loses the
// frames under way and counts them.
type Driver struct {
	bus    Bus
	config Config
	state  State
	since  time.Duration // of the soft reset, or of the overflow
	now    time.Duration // of the last Poll
	doubt  bool          // the receive FIFO has overflowed, and nothing shows yet that the receiver works

	rx, tx     []Descriptor
	rxBuffers  []byte
	txBuffers  []byte
	rxAt, txAt uint32 // addresses of the rings
	rxBufferAt uint32
	txBufferAt uint32

	next     int           // receive descriptor to look at
	lent     bool          // its frame is the stack's
	head     int           // transmit descriptor to fill
	pending  int           // transmit descriptors that the DMA has not closed
	sentAt   time.Duration // since when the oldest of them has not moved
	starved  bool          // Reserve has found no buffer
	groups   groups
	link     link
	counters Stats
}

// Init takes the hardware over and begins a soft reset. The clocks run already, as far as they do not come from the PHY.
func (d *Driver) Init(bus Bus, config *Config, now time.Duration) Problem {
	rings := (config.Receive + config.Transmit) * DescriptorSize
	switch {
	case config.Receive < 2 || config.Transmit < 2:
		return TooFew
	case len(config.Memory) < Size(config.Receive, config.Transmit):
		return TooSmall
	case bus.Address(config.Memory)%CacheLine != 0:
		return Misaligned
	case config.Address[0]&1 != 0:
		return Group
	}
	d.bus, d.config, d.now, d.state = bus, *config, now, Down
	d.counters, d.groups, d.link = Stats{}, groups{}, link{}
	m := config.Memory
	d.rx = Descriptors(m[:config.Receive*DescriptorSize])
	d.tx = Descriptors(m[config.Receive*DescriptorSize : rings])
	d.rxBuffers = m[rings:][:config.Receive*BufferSize]
	d.txBuffers = m[rings+len(d.rxBuffers):][:config.Transmit*BufferSize]
	d.rxAt = bus.Address(m)
	d.txAt = d.rxAt + uint32(config.Receive*DescriptorSize)
	d.rxBufferAt = d.rxAt + uint32(rings)
	d.txBufferAt = d.rxBufferAt + uint32(len(d.rxBuffers))
	// No line of a receive buffer may be dirty when the DMA writes: its eviction would destroy a frame.
	bus.WriteBack(d.rxBufferAt, uint32(len(d.rxBuffers)))
	d.reset()
	return Fine
}

// State is how far the driver has got.
func (d *Driver) State() State { return d.state }

// reset begins a soft reset. What is in the rings is lost, and counted.
func (d *Driver) reset() {
	if d.state == Up {
		d.bus.Write(OpMode, 0) // stops the engines, so that what is counted now is what happened
		d.collect()
		d.abandon()
		d.countMissed()
	}
	d.counters.TxLost += uint32(d.pending)
	d.counters.Resets++
	d.pending, d.head, d.next, d.lent, d.doubt = 0, 0, 0, false, false
	d.link.phase = linkIdle
	d.state, d.since = Resetting, d.now
	d.bus.Write(BusMode, BusModeSWR)
}

// Poll does what is due at now: it looks at the hardware's state, the link, and what has been sent. It returns when it
// wants to be called again at the latest; received frames may make it worth while earlier.
func (d *Driver) Poll(now time.Duration) (next time.Duration) {
	d.now = now
	if d.state == Resetting {
		if d.bus.Read(BusMode)&BusModeSWR != 0 {
			if now-d.since >= resetPatience {
				d.counters.ResetTimeouts++
				d.since = now
			}
			return now + resetLook
		}
		d.configure()
	}
	if d.state == Up {
		d.look()
	}
	if d.state == Up {
		d.reclaim()
	}
	if d.state != Resetting && !d.config.Loopback {
		d.pollLink()
	}
	if d.state == Resetting {
		return now + resetLook
	}
	next = d.link.due
	if d.config.Loopback {
		next = now + checkEvery
	}
	if d.doubt {
		next = min(next, d.since+doubtPatience)
	}
	if d.pending > 0 {
		next = min(next, d.sentAt+sendPatience)
	}
	return max(next, now)
}

const (
	resetLook     = 100 * time.Microsecond
	resetPatience = 100 * time.Millisecond // SWR waits for the PHY's clock: ESP-IDF gives up then, this only counts
	doubtPatience = 100 * time.Millisecond // after an overflow, without any frame (ESP-IDF issue 18800)
	drainTime     = 10 * time.Millisecond  // after which no frame from before the overflow is in the ring
	sendPatience  = time.Second            // for one descriptor; 16 collisions at 10 Mbit/s take 0.4 s
	checkEvery    = 250 * time.Millisecond // of the link
)

// configure sets what does not depend on the link, after a soft reset.
func (d *Driver) configure() {
	b := d.bus
	b.Write(IntMask, ^uint32(0))
	b.Write(BusMode, BusModeATDS|BusModeMB|BusModeAAL|32<<BusModePBLAt|DescriptorSkip<<BusModeDSLAt)
	a := &d.config.Address
	b.Write(Addr0High, uint32(a[4])|uint32(a[5])<<8)
	b.Write(Addr0Low, uint32(a[0])|uint32(a[1])<<8|uint32(a[2])<<16|uint32(a[3])<<24)
	d.state = Down
	d.writeGroups()
	d.link.due = d.now
	if d.config.Loopback {
		d.start(true, true)
	}
}

// start makes both rings and lets the engines run.
func (d *Driver) start(hundred, full bool) {
	b := d.bus
	mac := uint32(ConfigPS)
	if hundred {
		mac |= ConfigFES
	}
	if full {
		mac |= ConfigDM
	}
	if d.config.Loopback {
		mac |= ConfigLM
	}
	if d.config.Checksums {
		mac |= ConfigIPC
	}
	b.SetSpeed(hundred)
	if d.link.pause {
		b.Write(FlowControl, d.pauseTime()|FlowRFE|FlowTFE)
	}
	d.fillRings()
	b.Write(RxList, d.rxAt)
	b.Write(TxList, d.txAt)
	b.Write(Status, StatusClear)
	b.Write(MACConfig, mac|ConfigTE)                                          // before ST: the other way round can hang the transmitter
	b.Write(OpMode, OpModeTSF|OpModeOSF|OpModeFEF|OpModeDT|OpModeST|OpModeSR) // what is wrong comes too, and is counted
	b.Write(MACConfig, mac|ConfigTE|ConfigRE)
	d.state = Up
	d.EnableInterrupt()
}

// fillRings gives all receive descriptors to the DMA, and none to send.
func (d *Driver) fillRings() {
	for i := range d.rx {
		r := &d.rx[i]
		r[WordSizes] = BufferSize
		if i == len(d.rx)-1 {
			r[WordSizes] |= RxRER
		}
		r[WordBuffer1] = d.rxBufferAt + uint32(i)*BufferSize
		r[WordBuffer2] = 0
		r[WordStatus] = DescOwn
	}
	for i := range d.tx {
		t := &d.tx[i]
		t[WordStatus] = 0
		t[WordSizes] = 0
		t[WordBuffer1] = d.txBufferAt + uint32(i)*BufferSize
		t[WordBuffer2] = 0
	}
	d.bus.WriteBack(d.rxAt, uint32(len(d.rx)+len(d.tx))*DescriptorSize)
	d.bus.Barrier()
	d.pending, d.head, d.next, d.lent, d.doubt = 0, 0, 0, false, false
}

// look reads Status and does what it asks for.
func (d *Driver) look() {
	status := d.bus.Read(Status)
	if status&StatusClear != 0 {
		d.bus.Write(Status, status&StatusClear)
	}
	d.countMissed()
	switch {
	case status&StatusFBI != 0:
		d.counters.BusErrors++
		d.reset()
		return
	case status&StatusOVF != 0 && !d.doubt:
		d.doubt, d.since = true, d.now
	case d.doubt && d.now-d.since >= doubtPatience:
		d.counters.RxStalls++
		d.reset()
		return
	}
	if status&StatusUNF != 0 {
		d.bus.Write(TxPoll, 0)
	}
}

// countMissed takes over what the hardware has counted since it was last asked.
func (d *Driver) countMissed() {
	missed := d.bus.Read(Missed)
	d.counters.RxMissed += missed & MissedFrames
	d.counters.RxOverflow += missed & MissedOverflow >> MissedOverflowAt
}

// EnableInterrupt lets the line rise with the next frame or fault. Whoever is interrupted calls Interrupt, then Poll and
// the stack until they have nothing to do, then this.
func (d *Driver) EnableInterrupt() {
	if d.state == Resetting {
		return // no register may be touched; start does it
	}
	enable := uint32(StatusRI | StatusFBI | StatusOVF | StatusNIS | StatusAIS)
	if d.starved {
		enable |= StatusTI
	}
	d.bus.Write(IntEnable, enable)
}

// Interrupt takes the line down and keeps it there until EnableInterrupt, so that no cause can storm. It is all that a
// handler does.
func (d *Driver) Interrupt() {
	if d.state != Resetting {
		d.bus.Write(IntEnable, 0)
		d.bus.Read(Status) // which takes a line down that has risen without a cause
	}
}
