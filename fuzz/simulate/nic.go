package simulate

import (
	"time"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
	"stackproof/drivers/segment"
	"stackproof/stack"
)

// nic is a host's interface: what stands between its stack and the port of a wire.
type nic interface {
	stack.Device
	// poll lets the hardware do what is due at now. It tells whether the link is up.
	poll(now time.Duration) (up bool)
	// idle is what it does while the host does nothing.
	idle(now time.Duration)
	// next is when it wants to be polled; ok is false if it does not.
	next() (at time.Duration, ok bool)
	// due tells whether there is something for the host to do.
	due(now time.Duration) bool
	// cable takes the link down or up.
	cable(now time.Duration, in bool)
	// restart is what a reboot does.
	restart(now time.Duration)
	// err says what is wrong with it.
	err() string
}

// plain is an interface without a driver: the port itself.
type plain struct {
	*segment.Port
	out  bool // the cable is
	dry  bool // there are no transmit buffers
	host *host
}

func (p *plain) poll(time.Duration) bool { return !p.out }

func (p *plain) idle(time.Duration) {}

func (p *plain) next() (time.Duration, bool) { return 0, false }

func (p *plain) due(time.Duration) bool { return p.Waiting() > 0 }

func (p *plain) cable(_ time.Duration, in bool) { p.out = !in }

func (p *plain) restart(time.Duration) { p.drain() }

func (p *plain) drain() {
	for p.Port.Receive() != nil {
		p.Port.Release()
	}
}

func (p *plain) err() string { return "" }

// Receive lends a frame; on a link that is down there is none.
func (p *plain) Receive() []byte {
	if p.out {
		p.drain()
		return nil
	}
	return p.Port.Receive()
}

// Reserve gives a buffer, if there is one.
func (p *plain) Reserve(n int) []byte {
	if p.dry || p.out {
		p.host.starved = true
		if p.dry {
			p.host.world.hit(goalNoBuffer)
		}
		return nil
	}
	b := p.Port.Reserve(n)
	p.host.starved = p.host.starved || b == nil
	return b
}

// Send sends what was reserved.
func (p *plain) Send(n int) {
	if lie := p.host.world.lies.send; lie != nil {
		lie(p.host, p.held(n))
	}
	p.Port.Send(n)
}

// held is the frame that was reserved.
func (p *plain) held(n int) []byte { return p.Port.Reserve(n) }

// modelled is the driver on the modelled hardware.
type modelled struct {
	driver  emac.Driver
	machine *model.Host
	config  emac.Config
	port    *segment.Port
	host    *host
	until   time.Duration // when the driver wants to be polled
	rings   int
	broken  bool // there was an overflow, and no frame since
}

const fcs = 4

func newModelled(h *host, port *segment.Port, mac [6]byte, seed uint64) *modelled {
	m := &modelled{host: h, port: port, rings: 4 + int(seed%3)*4}
	m.machine = model.NewHost(model.Config{Seed: seed, Sent: m.sent}, emac.Size(m.rings, m.rings))
	m.machine.Evict = 1
	m.config = emac.Config{
		Address: mac, Memory: m.machine.RAM.CPU(), Receive: m.rings, Transmit: m.rings, PHY: 1, BusHz: 180_000_000, Promiscuous: true,
	}
	m.restart(0)
	return m
}

// sent is a frame on the cable.
func (m *modelled) sent(f model.Frame) {
	if f.Broken {
		return
	}
	b := f.Bytes[:len(f.Bytes)-fcs]
	if room := m.port.Reserve(len(b)); room != nil {
		m.port.Send(copy(room, b))
	}
}

func (m *modelled) restart(now time.Duration) {
	m.machine.At(now)
	if m.driver.Init(m.machine, &m.config, m.machine.Now()) != emac.Fine {
		panic("simulate: the driver does not take its configuration")
	}
	m.until = m.machine.Now()
}

// idle lets the hardware take what comes.
func (m *modelled) idle(now time.Duration) {
	m.machine.At(now)
	for f := m.port.Receive(); f != nil; f = m.port.Receive() {
		m.machine.EMAC.Receive(m.machine.Now(), f)
		m.port.Release()
	}
}

func (m *modelled) poll(now time.Duration) bool {
	m.idle(now)
	m.driver.Interrupt()
	m.until = m.driver.Poll(m.machine.Now())
	m.driver.EnableInterrupt()
	up, _, _ := m.driver.Link()
	m.goals()
	return up
}

// goals notes what the driver has lived through.
func (m *modelled) goals() {
	s := m.driver.Stats()
	if s.RxOverflow > m.host.overflows {
		m.host.overflows, m.broken = s.RxOverflow, true
	}
	if s.BusErrors+s.RxStalls+s.TxStalls > 0 && m.driver.State() == emac.Up {
		m.host.world.hit(goalEMACReset)
	}
	if s.RxMissed > 0 {
		m.host.world.hit(goalEMACMissed)
	}
}

func (m *modelled) next() (time.Duration, bool) {
	at := m.until
	if e, ok := m.machine.EMAC.Next(); ok {
		at = min(at, e)
	}
	return at, true
}

func (m *modelled) due(now time.Duration) bool {
	m.machine.At(now)
	return m.port.Waiting() > 0 || m.machine.EMAC.Interrupt() || m.until <= now
}

func (m *modelled) cable(now time.Duration, in bool) { m.machine.EMAC.SetCable(now, in) }

func (m *modelled) err() string {
	if v := m.machine.EMAC.Violations(); len(v) > 0 {
		return "the driver breaks a rule of the hardware: " + v[0].String()
	}
	return ""
}

// Receive lends a frame; the CPU reads it.
func (m *modelled) Receive() []byte {
	f := m.driver.Receive()
	if f != nil {
		m.machine.Reads(f)
		if m.broken {
			m.broken = false
			m.host.world.hit(goalEMACOverflow)
		}
	}
	return f
}

// Release gives it back.
func (m *modelled) Release() { m.driver.Release() }

// Reserve gives a buffer.
func (m *modelled) Reserve(n int) []byte {
	b := m.driver.Reserve(n)
	m.host.starved = m.host.starved || b == nil
	return b
}

// Send sends what was reserved.
func (m *modelled) Send(n int) { m.driver.Send(n) }

// Faults of the hardware.
const (
	emacStall = iota
	emacWedge
	emacLoseLast
	emacBus
	emacSleepy
	emacSpurious
	emacFaults
)

var emacFaultNames = [emacFaults]string{
	"the bus stalls", "an overflow stops the receiver", "a cut frame has no end", "bus errors", "the receiver sleeps on", "spurious interrupts",
}

// hurt begins a fault of the hardware, or goes on with it; heal ends them all.
func (m *modelled) hurt(now time.Duration, fault int, d dice) {
	e := m.machine.EMAC
	switch fault {
	case emacStall:
		e.Stall(max(now, m.machine.Now()), time.Duration(d.between(50, 2000))*time.Microsecond)
	case emacWedge:
		e.WedgeOnOverflow(true)
		e.Stall(max(now, m.machine.Now()), time.Duration(d.between(50, 2000))*time.Microsecond)
	case emacLoseLast:
		e.LoseLast(true)
		e.Stall(max(now, m.machine.Now()), time.Duration(d.between(50, 2000))*time.Microsecond)
	case emacBus:
		e.FailBus(pick(d, uint32(emac.BusErrorRxData), emac.BusErrorTxData))
	case emacSleepy:
		e.WakeOnlyOnDemand(true)
	case emacSpurious:
		e.Spurious(max(now, m.machine.Now()))
	}
}

func (m *modelled) heal() {
	e := m.machine.EMAC
	e.WedgeOnOverflow(false)
	e.LoseLast(false)
	e.WakeOnlyOnDemand(false)
}
