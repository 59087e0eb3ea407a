package modelled

import (
	"time"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// link is the driver on the modelled hardware, with the judge at the far end of the cable. Its time is that of the
// hardware alone: while the stack's stands still, it runs until the hardware has nothing more to do.
type link struct {
	driver   emac.Driver
	host     *model.Host
	config   emac.Config
	plugged  bool
	left     [][]byte // frames that have left, and that Sent has not lent yet
	lent     int      // of left
	expected emac.Stats
	wrong    string // what must not happen and did
}

// rings is how many descriptors there are each way: few, so that they wrap often and that bursts fill them.
const rings = 4

func newLink() *link {
	l := &link{}
	l.host = model.NewHost(model.Config{Sent: l.sent}, emac.Size(rings, rings))
	l.host.Evict = 1
	l.config = emac.Config{Memory: l.host.RAM.CPU(), Receive: rings, Transmit: rings, PHY: 1, BusHz: 180_000_000, Promiscuous: true}
	l.plugged = true
	return l
}

// sent is a frame on the wire.
func (l *link) sent(f model.Frame) {
	if f.Broken {
		l.blame("a frame left that is cut")
		return
	}
	l.left = append(l.left, append([]byte(nil), f.Bytes[:len(f.Bytes)-fcs]...))
}

const fcs = 4

// blame notes the first thing that must not happen.
func (l *link) blame(what string) {
	if l.wrong == "" {
		l.wrong = what
	}
}

// Open begins anew: the driver does as after a start of the system.
func (l *link) Open(mac [6]byte) {
	l.wrong, l.left, l.lent = "", nil, 0
	l.host.EMAC.Forgive()
	l.config.Address = mac
	if p := l.driver.Init(l.host, &l.config, l.host.Now()); p != emac.Fine {
		l.blame("the driver does not start")
		return
	}
	l.Plug(true)
	l.expected = l.counted()
}

// counted is what the driver has counted of frames and faults. Rings that were full, and links that came and went, are
// neither.
func (l *link) counted() emac.Stats {
	s := *l.driver.Stats()
	s.TxNoRoom, s.Resets, s.LinkUps, s.LinkDowns = 0, 0, 0, 0
	return s
}

// patience is how long the link may take to come up or go down: negotiation takes 1.5 s, and the driver looks at the link
// four times a second.
const patience = 5 * time.Second

// Plug moves the cable and waits until the driver has noticed.
func (l *link) Plug(in bool) (up bool) {
	if in != l.plugged {
		l.host.EMAC.SetCable(l.host.Now(), in)
		l.plugged = in
	}
	for end := l.host.Now() + patience; ; {
		next := l.driver.Poll(l.host.Now())
		if up, _, _ = l.driver.Link(); up == in {
			return up
		}
		if l.host.Now() >= end {
			l.blame("the driver does not notice the link")
			return up
		}
		if at, ok := l.host.EMAC.Next(); ok {
			next = min(next, at)
		}
		l.host.At(max(next, l.host.Now()+1))
	}
}

// settle lets the hardware run until nothing is under way: all descriptors to be sent are closed, and what comes in is in
// memory.
func (l *link) settle() {
	for end := l.host.Now() + patience; ; {
		for at, ok := l.host.EMAC.Next(); ok; at, ok = l.host.EMAC.Next() {
			l.host.At(at)
		}
		next := l.driver.Poll(l.host.Now())
		if _, busy := l.host.EMAC.Next(); busy {
			continue
		}
		if l.driver.Pending() == 0 {
			return
		}
		if l.host.Now() >= end {
			l.blame("a frame does not leave")
			return
		}
		l.host.At(next)
	}
}

// Arrive brings a frame in.
func (l *link) Arrive(frame []byte) {
	if l.plugged {
		l.expected.RxFrames++
	}
	l.host.EMAC.Receive(l.host.Now(), frame)
	l.settle()
}

// Receive lends the next frame that has come in.
func (l *link) Receive() []byte {
	f := l.driver.Receive()
	if f != nil {
		l.host.Reads(f)
	}
	return f
}

// Release takes it back.
func (l *link) Release() { l.driver.Release() }

// Reserve gives a buffer. Where all are under way it waits for one, which takes none of the stack's time.
func (l *link) Reserve(n int) []byte {
	b := l.driver.Reserve(n)
	if b == nil {
		l.settle()
		b = l.driver.Reserve(n)
	}
	return b
}

// Send sends what was reserved.
func (l *link) Send(n int) {
	l.expected.TxFrames++
	l.driver.Send(n)
}

// Sent lends the next frame that has left.
func (l *link) Sent() []byte {
	if l.lent == len(l.left) {
		l.left, l.lent = l.left[:0], 0
		if l.driver.Pending() > 0 {
			l.settle()
		}
		if len(l.left) == 0 {
			return nil
		}
	}
	l.lent++
	return l.left[l.lent-1]
}
