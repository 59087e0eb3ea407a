package stack

import "time"

// tcpTouch has the next Poll look at a row: something has happened to it.
func (s *Stack) tcpTouch(id int) {
	l := &s.st.TCP[id].links
	if l.queued {
		return
	}
	l.queued, l.after = true, 0
	if s.tcp.tail == 0 {
		s.tcp.head = int32(id + 1)
	} else {
		s.st.TCP[s.tcp.tail-1].links.after = int32(id + 1)
	}
	s.tcp.tail = int32(id + 1)
}

// tcpNext takes the first row from the queue, which is not empty.
func (s *Stack) tcpNext() int {
	id := int(s.tcp.head - 1)
	l := &s.st.TCP[id].links
	l.queued = false
	if s.tcp.head = l.after; s.tcp.head == 0 {
		s.tcp.tail = 0
	}
	return id
}

// heapRow returns which row is at a place of the heap, from 1. No row is due before the one at half its place.
func (s *Stack) heapRow(place int32) *int32 { return &s.st.TCP[place-1].links.heap }

// heapDue returns when the row at a place is due.
func (s *Stack) heapDue(place int32) time.Duration { return s.st.TCP[*s.heapRow(place)-1].links.due }

// heapPut puts a row at a place.
func (s *Stack) heapPut(place, row int32) {
	*s.heapRow(place) = row
	s.st.TCP[row-1].links.place = place
}

// tcpSchedule says when a row is due.
func (s *Stack) tcpSchedule(id int, due time.Duration) {
	l := &s.st.TCP[id].links
	if l.place == 0 {
		s.tcp.timers++
		s.heapPut(s.tcp.timers, int32(id+1))
	}
	l.due = due
	s.heapSift(l.place)
}

// tcpUnschedule says that it never is.
func (s *Stack) tcpUnschedule(id int) {
	l := &s.st.TCP[id].links
	place := l.place
	if place == 0 {
		return
	}
	l.place = 0
	last := *s.heapRow(s.tcp.timers)
	s.tcp.timers--
	if last != int32(id+1) {
		s.heapPut(place, last)
		s.heapSift(place)
	}
}

// heapSift moves the row at a place to where it belongs.
func (s *Stack) heapSift(place int32) {
	row := *s.heapRow(place)
	due := s.st.TCP[row-1].links.due
	for place > 1 && due < s.heapDue(place/2) {
		s.heapPut(place, *s.heapRow(place / 2))
		place /= 2
	}
	for {
		child := 2 * place
		if child < s.tcp.timers && s.heapDue(child+1) < s.heapDue(child) {
			child++
		}
		if child > s.tcp.timers || due <= s.heapDue(child) {
			break
		}
		s.heapPut(place, *s.heapRow(child))
		place = child
	}
	s.heapPut(place, row)
}

// tcpTouchDue touches the rows that are due.
func (s *Stack) tcpTouchDue(now time.Duration) {
	for s.tcp.timers > 0 && s.heapDue(1) <= now {
		id := int(*s.heapRow(1) - 1)
		s.tcpUnschedule(id)
		s.tcpTouch(id)
	}
}
