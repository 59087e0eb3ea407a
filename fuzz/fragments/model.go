package fragments

import (
	"bytes"
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/reassembly"
)

// datagram is what has arrived of one: each byte by its place.
type datagram struct {
	row     int
	begun   time.Duration
	spoiled bool
	group   bool
	marks   [4]bool // by what its fragments say of congestion
	bytes   map[int]byte
	parts   []part
	head    []byte // of its first fragment; nil: that has not arrived
	first   []byte // data of its first fragment
}

// part is where a fragment lay.
type part struct {
	from, to int
	last     bool
}

// take is what [reassembly.Table.Add] must say of the fragment, which the row has room for.
func (d *datagram) take(f *reassembly.Fragment) reassembly.Result {
	p := part{f.Offset, f.Offset + len(f.Data), !f.More}
	if d.spoiled {
		return reassembly.Overlap
	}
	end := -1
	if p.last {
		end = p.to
	}
	for _, q := range d.parts {
		if p == q && d.sameBytes(f) {
			return reassembly.Duplicate
		}
		if p.from < q.to && q.from < p.to || p.last && q.to >= p.to || q.last && p.to >= q.to {
			d.spoiled = true
			return reassembly.Overlap
		}
		if q.last {
			end = q.to
		}
	}
	d.keep(f, p)
	if len(d.bytes) == end { // none lies behind the end, and none twice
		return reassembly.Complete
	}
	return reassembly.Stored
}

func (d *datagram) keep(f *reassembly.Fragment, p part) {
	d.parts = append(d.parts, p)
	for i, b := range f.Data {
		d.bytes[p.from+i] = b
	}
	if p.from == 0 {
		d.head, d.first = f.Head, f.Data
	}
	d.group = d.group || f.Group
	d.marks[f.ECN] = true
}

func (d *datagram) sameBytes(f *reassembly.Fragment) bool {
	for i, b := range f.Data {
		if d.bytes[f.Offset+i] != b {
			return false
		}
	}
	return true
}

// world is a table and what the model knows of it.
type world struct {
	table   table
	rows    int
	room    int // bytes of data that a row takes
	now     time.Duration
	steps   int
	waiting map[reassembly.Key]*datagram
}

// oldest returns the datagram that waits longest. No two are as old: the clock moves before each fragment.
func (w *world) oldest() (key reassembly.Key, d *datagram) {
	for k, e := range w.waiting {
		if d == nil || e.begun < d.begun {
			key, d = k, e
		}
	}
	return key, d
}

// add gives the table a fragment, and compares.
func (w *world) add(f *reassembly.Fragment) {
	w.now++
	i, got, evicted := w.table.Add(w.now, f)
	if f.Offset+len(f.Data) > w.room || len(f.Head) > mostHead {
		if i != -1 || got != reassembly.TooLong || evicted {
			w.fail("row %d, result %d, evicted %v for %d bytes at %d where %d is room", i, got, evicted, len(f.Data), f.Offset, w.room)
		}
		w.look()
		return
	}
	d, full := w.waiting[f.Key], false
	if d == nil {
		if full = len(w.waiting) == w.rows; full {
			k, _ := w.oldest()
			delete(w.waiting, k)
		}
		d = &datagram{row: i, begun: w.now, bytes: map[int]byte{}}
		w.waiting[f.Key] = d
	}
	want := d.take(f)
	if i != d.row || got != want || evicted != full {
		w.fail("row %d, result %d, evicted %v, want %d, %d, %v", i, got, evicted, d.row, want, full)
	}
	if want == reassembly.Complete {
		w.compare(d)
		w.deliver(i, d)
		w.table.Free(i)
		delete(w.waiting, f.Key)
	}
	w.look()
}

// pass has time pass, and ends what waited too long.
func (w *world) pass(d time.Duration) {
	w.now += d
	for range w.rows + 1 {
		i, over := w.table.Expired(w.now)
		k, e := w.oldest()
		if over != (e != nil && w.now-e.begun >= reassembly.Timeout) {
			w.fail("a row is over: %v, at %v, with %d waiting", over, w.now, len(w.waiting))
		}
		if !over {
			w.look()
			return
		}
		for key, x := range w.waiting { // the table may tell any that is over
			if x.row == i {
				k, e = key, x
			}
		}
		if e.row != i || w.now-e.begun < reassembly.Timeout {
			w.fail("row %d is over, which waits since %v, at %v", i, e.begun, w.now)
		}
		w.table.Free(i)
		delete(w.waiting, k)
	}
	w.fail("more than %d rows were over", w.rows)
}

// look compares all that the table shows.
func (w *world) look() {
	if v := w.table.Check(w.now); v != (invariant.Violation{}) {
		w.fail("invariant %v", v)
	}
	if used := w.table.Used(); used != len(w.waiting) {
		w.fail("%d rows in use, want %d", used, len(w.waiting))
	}
	at, ok := w.table.Next()
	if _, d := w.oldest(); ok != (d != nil) || d != nil && at != d.begun+reassembly.Timeout {
		w.fail("the next ends at %v, %v", at, ok)
	}
	for _, d := range w.waiting {
		w.compare(d)
	}
}

// compare looks at one datagram.
func (w *world) compare(d *datagram) {
	var first []byte
	if d.head != nil && !d.spoiled {
		first = append(bytes.Clone(d.head), d.first...)
	}
	if got := w.table.First(d.row); !bytes.Equal(got, first) {
		w.fail("the first fragment is %x, want %x", got, first)
	}
	if got := w.table.Group(d.row); got != d.group {
		w.fail("to a group: %v, want %v", got, d.group)
	}
	want, fine := reassembly.ECT1, true
	if d.marks[reassembly.CE] {
		if fine = !d.marks[reassembly.NotECT]; fine {
			want = reassembly.CE
		}
	}
	if got, ok := w.table.ECN(d.row, reassembly.ECT1); got != want || ok != fine {
		w.fail("congestion is told as %d, %v, want %d, %v", got, ok, want, fine)
	}
}
