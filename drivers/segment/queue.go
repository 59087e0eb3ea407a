package segment

import "time"

// frame is one frame inside a segment, in a buffer of the pool.
type frame struct {
	bytes    []byte
	path     *path
	serial   uint64        // its number among those that entered the path
	overtake int           // frames that must still overtake it
	at       time.Duration // of its event
	order    uint64        // among events of the same time
	place    int           // in the heap
}

// pool has all the frames that there are.
type pool struct{ unused []*frame }

func (p *pool) init(n, size int) {
	memory := make([]byte, n*size)
	frames := make([]frame, n)
	p.unused = make([]*frame, n)
	for i := range frames {
		frames[i].bytes = memory[i*size : i*size : (i+1)*size]
		p.unused[i] = &frames[i]
	}
}

// take returns a frame, nil if all are in use.
func (p *pool) take() *frame {
	n := len(p.unused)
	if n == 0 {
		return nil
	}
	f := p.unused[n-1]
	p.unused = p.unused[:n-1]
	return f
}

func (p *pool) free(f *frame) {
	f.bytes, f.path, f.overtake = f.bytes[:0], nil, 0
	p.unused = append(p.unused, f)
}

// copy returns a frame with the same bytes, nil if all are in use.
func (p *pool) copy(f *frame) *frame {
	c := p.take()
	if c != nil {
		c.bytes = append(c.bytes[:0], f.bytes...)
	}
	return c
}

// fifo is a bounded queue of frames.
type fifo struct {
	slots       []*frame
	head, count int
}

func newFIFO(n int) fifo { return fifo{slots: make([]*frame, n)} }

func (q *fifo) full() bool { return q.count == len(q.slots) }

func (q *fifo) push(f *frame) {
	q.slots[(q.head+q.count)%len(q.slots)] = f
	q.count++
}

// pop returns the oldest frame, nil if there is none.
func (q *fifo) pop() *frame {
	if q.count == 0 {
		return nil
	}
	f := q.slots[q.head]
	q.head = (q.head + 1) % len(q.slots)
	q.count--
	return f
}

// events is a heap of frames on their way, by time and then by order.
type events struct{ items []*frame }

func (e *events) first() *frame {
	if len(e.items) == 0 {
		return nil
	}
	return e.items[0]
}

func (e *events) add(f *frame) {
	f.place = len(e.items)
	e.items = append(e.items, f)
	e.up(f.place)
}

func (e *events) remove(f *frame) {
	i, last := f.place, len(e.items)-1
	e.swap(i, last)
	e.items = e.items[:last]
	if i < last {
		e.down(i)
		e.up(i)
	}
}

func (e *events) less(i, k int) bool {
	a, b := e.items[i], e.items[k]
	return a.at < b.at || a.at == b.at && a.order < b.order
}

func (e *events) swap(i, k int) {
	e.items[i], e.items[k] = e.items[k], e.items[i]
	e.items[i].place, e.items[k].place = i, k
}

func (e *events) up(i int) {
	for i > 0 && e.less(i, (i-1)/2) {
		e.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (e *events) down(i int) {
	for {
		least := i
		for k := 2*i + 1; k <= 2*i+2 && k < len(e.items); k++ {
			if e.less(k, least) {
				least = k
			}
		}
		if least == i {
			return
		}
		e.swap(i, least)
		i = least
	}
}
