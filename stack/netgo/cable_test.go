package netgo

import "sync"

// cable joins two devices in memory, in real time.
type cable struct {
	mu          sync.Mutex
	slots       [][]byte
	head, count int
	dropped     int
	ready       chan struct{}
	peer        *cable
	buf         [1514]byte
}

// newCable returns the two ends of a cable that holds n frames each way.
func newCable(n int) (a, b *cable) {
	a, b = &cable{ready: make(chan struct{}, 1)}, &cable{ready: make(chan struct{}, 1)}
	for _, c := range []*cable{a, b} {
		memory := make([]byte, n*len(c.buf))
		for i := range n {
			c.slots = append(c.slots, memory[i*len(c.buf):i*len(c.buf):(i+1)*len(c.buf)])
		}
	}
	a.peer, b.peer = b, a
	return a, b
}

func (c *cable) Ready() <-chan struct{} { return c.ready }

func (c *cable) Receive() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == 0 {
		return nil
	}
	return c.slots[c.head]
}

func (c *cable) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head = (c.head + 1) % len(c.slots)
	c.count--
}

func (c *cable) Reserve(n int) []byte { return c.buf[:n] }

func (c *cable) Send(n int) {
	p := c.peer
	p.mu.Lock()
	if p.count < len(p.slots) { // as a switch, it drops what it cannot hold
		slot := &p.slots[(p.head+p.count)%len(p.slots)]
		*slot = append((*slot)[:0], c.buf[:n]...)
		p.count++
	} else {
		p.dropped++
	}
	p.mu.Unlock()
	select {
	case p.ready <- struct{}{}:
	default:
	}
}
