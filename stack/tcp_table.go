package stack

import (
	"time"

	"stackproof/stack/wire"
)

// tcpLinks make a hash table, a heap and a queue of the rows. Rows are counted from 1 here; 0 is none.
type tcpLinks struct {
	next   int32         // in the row's bucket, or of the listeners
	place  int32         // in the heap
	due    time.Duration // of a row in the heap: when
	queued bool
	after  int32 // of a row in the queue: the next

	// What belongs to the place in the table, whatever its row is.
	bucket int32 // the first row of bucket i of the hash table is in row i
	heap   int32 // the row at place i of the heap is in row i-1
}

// tcpList returns where the list begins that the row belongs to: of the listeners, or of connections whose ends have the
// same hash. It is a keyed one, so that peers cannot make a list long.
func (s *Stack) tcpList(r *TCPConn) *int32 {
	if r.use == tcpListener {
		return &s.tcp.listeners
	}
	return s.tcpBucket(r.local, r.lport, r.remote, r.rport)
}

func (s *Stack) tcpBucket(local wire.Addr, lport uint16, remote wire.Addr, rport uint16) *int32 {
	h := s.entropy.secretOf(useTCPTable, local, remote, ports(lport, rport))
	return &s.st.TCP[uint32(h)%uint32(len(s.st.TCP))].links.bucket
}

// tcpTake gives a free row to a connection between these ends, still closed, or to a listener.
func (s *Stack) tcpTake(id int, use tcpUse, local wire.Addr, lport uint16, remote wire.Addr, rport uint16) *TCPConn {
	r := &s.st.TCP[id]
	*r = TCPConn{use: use, local: local, lport: lport, remote: remote, rport: rport, slot: r.slot, links: r.links}
	list := s.tcpList(r)
	r.links.next, *list = *list, int32(id+1)
	return r
}

// tcpRelease makes a row free.
func (s *Stack) tcpRelease(id int) {
	r := &s.st.TCP[id]
	if r.use == tcpFree {
		return
	}
	list := s.tcpList(r)
	for *list != int32(id+1) {
		list = &s.st.TCP[*list-1].links.next
	}
	*list = r.links.next
	s.tcpUnschedule(id)
	r.use = tcpFree
}

// is reports whether the row is the connection between these ends.
func (r *TCPConn) is(local wire.Addr, lport uint16, remote wire.Addr, rport uint16) bool {
	return r.isConn() && r.lport == lport && r.rport == rport && r.remote == remote && r.local == local
}

// tcpFind returns the connection between these ends, -1 if there is none.
func (s *Stack) tcpFind(local wire.Addr, lport uint16, remote wire.Addr, rport uint16) int {
	if len(s.st.TCP) == 0 {
		return -1
	}
	if s.st.TCP[s.tcp.found].is(local, lport, remote, rport) {
		return s.tcp.found // most segments are of the same connection as the one before
	}
	for i := *s.tcpBucket(local, lport, remote, rport); i != 0; i = s.st.TCP[i-1].links.next {
		if s.st.TCP[i-1].is(local, lport, remote, rport) {
			s.tcp.found = int(i - 1)
			return s.tcp.found
		}
	}
	return -1
}

// tcpFindListener returns the listener that a segment to local would reach, -1 if there is none; with a wildcard any
// that it overlaps with.
func (s *Stack) tcpFindListener(local wire.Addr, port uint16) int {
	for i := s.tcp.listeners; i != 0; i = s.st.TCP[i-1].links.next {
		if r := &s.st.TCP[i-1]; r.lport == port && overlap(r.local, local) {
			return int(i - 1)
		}
	}
	return -1
}
