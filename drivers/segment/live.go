package segment

import (
	"sync"
	"time"
)

// Device moves frames in real time, as [stackproof/drivers/tap.Device] does.
type Device interface {
	Receive() []byte
	Release()
	Reserve(n int) []byte
	Send(n int)
	// Ready delivers a token after frames have come in; it is closed when the device has ended.
	Ready() <-chan struct{}
}

// Live runs a segment in real time. Devices are attached to some ports: what a device receives goes into its port, and
// what comes out there the device sends. Hosts in this program use the other ports.
type Live struct {
	mu      sync.Mutex // guards the segment
	segment *Segment
	devices []Device
	hosts   []*HostPort
	epoch   time.Time
	kick    chan struct{} // there may be something to do
	done    chan struct{}
	wg      sync.WaitGroup
}

// retry is when a device that had no transmit buffer is asked again.
const retry = time.Millisecond

// Start makes a segment and runs it until Close. devices[i] is attached to port i, where there is one and it is not nil.
// The devices belong to the segment until Close; to close them is the caller's business.
func Start(cfg Config, devices ...Device) (*Live, error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	l := &Live{
		segment: s, devices: make([]Device, len(s.ports)), hosts: make([]*HostPort, len(s.ports)),
		epoch: time.Now(), kick: make(chan struct{}, 1), done: make(chan struct{}),
	}
	copy(l.devices, devices)
	for i, d := range l.devices {
		if d != nil {
			l.wg.Go(func() { l.listen(d) })
		} else {
			l.hosts[i] = &HostPort{live: l, port: s.Port(i), ready: make(chan struct{}, 1)}
		}
	}
	l.wg.Go(l.run)
	return l, nil
}

// Port returns the port of a host in this program; nil if a device is attached to port i.
func (l *Live) Port(i int) *HostPort { return l.hosts[i] }

// Stats tells what has befallen the frames of both directions of port i.
func (l *Live) Stats(i int) (tx, rx Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segment.Port(i).Stats()
}

// Close stops the segment. What is on its way is lost; the hosts' Ready channels are closed.
func (l *Live) Close() error {
	close(l.done)
	l.wg.Wait()
	for _, h := range l.hosts {
		if h != nil {
			close(h.ready)
		}
	}
	return nil
}

// listen passes a device's tokens on.
func (l *Live) listen(d Device) {
	for {
		select {
		case <-l.done:
			return
		case _, open := <-d.Ready():
			if !open {
				return
			}
			token(l.kick)
		}
	}
}

func token(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default: // one lies there already
	}
}

func (l *Live) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-timer.C:
		case <-l.kick:
		}
		wait, ok := l.step()
		if !ok {
			timer.Stop()
			continue
		}
		timer.Reset(wait)
	}
}

// step moves what can be moved now and returns how long until there is more to do, if that is known.
func (l *Live) step() (wait time.Duration, ok bool) {
	l.mu.Lock()
	pulled := false
	for i, d := range l.devices {
		if d != nil && l.segment.Port(i).pull(d) {
			pulled = true
		}
	}
	now := time.Since(l.epoch)
	next, ok := l.segment.Poll(now)
	for _, h := range l.hosts {
		if h != nil && (h.starved || h.port.Waiting() > 0) {
			h.starved = false
			token(h.ready)
		}
	}
	l.mu.Unlock()
	stuck := false
	for i, d := range l.devices {
		if d != nil && !l.push(l.segment.Port(i), d) {
			stuck = true
		}
	}
	switch {
	case pulled:
		return 0, true
	case stuck && (!ok || next > now+retry):
		return retry, true
	}
	return max(next-time.Since(l.epoch), 0), ok
}

// pull moves what the device has received into the port and reports whether there may be more.
func (p *Port) pull(d Device) bool {
	moved := false
	for {
		room := p.Reserve(p.segment.cfg.MaxFrame)
		if room == nil {
			return moved
		}
		f := d.Receive()
		if f == nil {
			return moved
		}
		if len(f) > len(room) {
			p.tx.stats.TooLong++
		} else {
			p.Send(copy(room, f))
		}
		d.Release()
		moved = true
	}
}

// push lets the device send what has arrived at the port. It is false if the device has no buffer. The lock is not held
// while the device works: it may be a system call.
func (l *Live) push(p *Port, d Device) bool {
	for {
		l.mu.Lock()
		f := p.Receive()
		l.mu.Unlock()
		if f == nil {
			return true
		}
		room := d.Reserve(len(f))
		if room == nil {
			return false
		}
		d.Send(copy(room, f))
		l.mu.Lock()
		p.Release()
		l.mu.Unlock()
	}
}

// HostPort is a port for a host in this program: a [Device]. Its methods belong to the host's owner.
type HostPort struct {
	live    *Live
	port    *Port
	ready   chan struct{}
	starved bool // Reserve had nothing to give
}

// Ready delivers a token after frames have arrived, or there is a transmit buffer again; it is closed by the segment's Close.
func (h *HostPort) Ready() <-chan struct{} { return h.ready }

// Receive lends the next frame that has arrived, nil if there is none.
func (h *HostPort) Receive() []byte {
	h.live.mu.Lock()
	defer h.live.mu.Unlock()
	return h.port.Receive()
}

// Release takes it back.
func (h *HostPort) Release() {
	h.live.mu.Lock()
	defer h.live.mu.Unlock()
	h.port.Release()
}

// Reserve returns a transmit buffer of n bytes, nil if there is none.
func (h *HostPort) Reserve(n int) []byte {
	h.live.mu.Lock()
	defer h.live.mu.Unlock()
	b := h.port.Reserve(n)
	h.starved = h.starved || b == nil
	return b
}

// Send hands over the first n reserved bytes.
func (h *HostPort) Send(n int) {
	h.live.mu.Lock()
	h.port.Send(n)
	h.live.mu.Unlock()
	token(h.live.kick)
}
