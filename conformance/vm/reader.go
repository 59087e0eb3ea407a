package vm

// Reader decodes a program from its bytes, one event at a time. Whatever the bytes are, it ends, and does not panic.
type Reader struct {
	c       coder
	start   int // where the events begin
	events  int
	left    int
	next    int
	ended   bool
	fields  [MaxFields]FieldOp
	options [MaxOptions]Option
}

// Open begins with the program b and reads its head into p, whose Events it leaves out. b must stay as it is as long as
// what is read is used.
func (r *Reader) Open(b []byte, p *Program) Bad {
	*p = Program{}
	r.c = coder{b: b}
	r.events = r.c.head(p, 0)
	if !r.c.bad.OK() {
		r.events = 0
	}
	r.start = r.c.at
	r.Rewind()
	return r.c.bad
}

// Rewind begins with the first event again.
func (r *Reader) Rewind() {
	r.c.at = r.start
	r.left, r.next, r.ended = r.events, 0, false
}

// Len is how many events are still to be read.
func (r *Reader) Len() int { return r.left }

// Next reads an event into e and answers its index. What e refers to is good until the next one is read; bytes are
// parts of the program. ok is false at the end and where something is wrong (Bad).
func (r *Reader) Next(e *Event) (index int, ok bool) {
	if r.left == 0 {
		if r.c.at != len(r.c.b) {
			r.c.fail(BadTail)
		}
		return 0, false
	}
	*e = Event{}
	index = r.next
	r.c.event = index
	if r.ended {
		r.c.fail(BadEnd)
	}
	r.c.one(e, r.fields[:], r.options[:])
	r.ended = e.Kind == End
	r.next++
	r.left--
	if !r.c.bad.OK() {
		r.left = 0
		return 0, false
	}
	return index, true
}

// Bad is what was wrong with what has been read.
func (r *Reader) Bad() Bad { return r.c.bad }
