package stack

import (
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/tcp"
)

func (s *Stack) checkTCP(now time.Duration) invariant.Violation {
	if v := s.checkLinks(); !v.Holds() {
		return v
	}
	slots := s.st.tcpSlots()
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		if !s.slotSound(i, slots) {
			return invariant.TCPSlot.At(i)
		}
		if r.use == tcpFree {
			continue
		}
		for _, rule := range [...]invariant.Rule{s.checkUse(i), s.checkIdle(i)} {
			if rule != invariant.OK {
				return rule.At(i)
			}
		}
		if r.use == tcpListener {
			continue
		}
		rx, tx := s.tcpMemory(i)
		if rule := r.state.Check(now, &r.rx, &r.tx, len(rx), len(tx)); rule != invariant.OK {
			return rule.At(i)
		}
	}
	if taken := s.slotsTaken(); taken != slots {
		return invariant.TCPSlot.At(taken)
	}
	return invariant.Violation{}
}

// slotSound reports whether the row's slot is one of those that there are, and its alone; who needs one has one.
func (s *Stack) slotSound(i, slots int) bool {
	r := &s.st.TCP[i]
	if r.slot < 0 || r.slot > slots || r.slot == 0 && r.use != tcpFree && r.needsSlot() {
		return false
	}
	for j := range i {
		if r.slot != 0 && s.st.TCP[j].slot == r.slot {
			return false
		}
	}
	return true
}

func (s *Stack) slotsTaken() (n int) {
	for i := range s.st.TCP {
		if s.st.TCP[i].slot != 0 {
			n++
		}
	}
	return n
}

// checkUse looks whether what a row is and the state of its connection fit.
func (s *Stack) checkUse(i int) invariant.Rule {
	r := &s.st.TCP[i]
	switch r.use {
	case tcpListener:
		if r.lport == 0 || r.backlog < 1 {
			return invariant.TCPUse
		}
	case tcpEmbryo, tcpWaiting:
		if r.listener < 0 || r.listener >= len(s.st.TCP) || s.st.TCP[r.listener].use != tcpListener {
			return invariant.TCPPending
		}
		if r.use == tcpEmbryo && r.state.State() != tcp.SynReceived && r.state.State() != tcp.Closed || r.turn > s.tcp.turn {
			return invariant.TCPUse
		}
	case tcpOpen, tcpOrphan:
	default:
		return invariant.TCPUse
	}
	// A peer's port may be 0: RFC 9293 has no exception for it, though no application is given it (RFC 6335 6).
	if r.use != tcpListener && (r.lport == 0 || !r.local.IsValid() || !r.remote.IsValid() || r.local.Is4() != r.remote.Is4()) {
		return invariant.TCPUse
	}
	if s.hasTwin(i) {
		return invariant.TCPPorts
	}
	return invariant.OK
}

// hasTwin reports whether a row before this one has the same ends, or the same port to listen on.
func (s *Stack) hasTwin(i int) bool {
	r := &s.st.TCP[i]
	for j := range i {
		o := &s.st.TCP[j]
		switch {
		case r.use == tcpListener && o.use == tcpListener && r.lport == o.lport && overlap(r.local, o.local),
			r.isConn() && o.is(r.local, r.lport, r.remote, r.rport):
			return true
		}
	}
	return false
}

// checkIdle looks at a row that Poll is not to look at: the heap has its deadline, and it has nothing to send.
func (s *Stack) checkIdle(i int) invariant.Rule {
	r := &s.st.TCP[i]
	if r.use == tcpListener || r.links.queued {
		return invariant.OK
	}
	at, ok := r.state.Deadline()
	if ok != (r.links.place != 0) || ok && at != r.links.due {
		return invariant.TCPIdle
	}
	var p tcp.Plan
	if r.state.NextTo(&p) {
		return invariant.TCPIdle
	}
	return invariant.OK
}

// checkLinks looks at the hash table, the list of listeners, the heap and the queue. No walk is longer than the table.
func (s *Stack) checkLinks() invariant.Violation {
	listed, used := s.listLen(&s.tcp.listeners), 0
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		n := s.listLen(&r.links.bucket)
		if n < 0 || listed < 0 {
			return invariant.TCPList.At(i)
		}
		listed += n
		if r.use != tcpFree {
			used++
		}
	}
	if listed != used || s.tcp.found < 0 || s.tcp.found > 0 && s.tcp.found >= len(s.st.TCP) {
		return invariant.TCPList.At(used)
	}
	if v := s.checkHeap(); !v.Holds() {
		return v
	}
	return s.checkRowQueue()
}

// listLen returns how many rows a list has, -1 if one does not belong there, is free, or comes again.
func (s *Stack) listLen(list *int32) (n int) {
	for i := *list; i != 0; i = s.st.TCP[i-1].links.next {
		if i < 0 || int(i) > len(s.st.TCP) || n == len(s.st.TCP) {
			return -1
		}
		if r := &s.st.TCP[i-1]; r.use == tcpFree || s.tcpList(r) != list {
			return -1
		}
		n++
	}
	return n
}

func (s *Stack) checkHeap() invariant.Violation {
	placed := int32(0)
	for i := range s.st.TCP {
		l := &s.st.TCP[i].links
		if l.place == 0 {
			continue
		}
		placed++
		if l.place < 0 || l.place > s.tcp.timers || *s.heapRow(l.place) != int32(i+1) || s.st.TCP[i].use <= tcpListener {
			return invariant.TCPHeap.At(i)
		}
	}
	if placed != s.tcp.timers {
		return invariant.TCPHeap.At(int(placed))
	}
	for place := int32(2); place <= placed; place++ {
		if s.heapDue(place) < s.heapDue(place/2) {
			return invariant.TCPHeap.At(int(*s.heapRow(place) - 1))
		}
	}
	return invariant.Violation{}
}

func (s *Stack) checkRowQueue() invariant.Violation {
	n, last := 0, int32(0)
	for i := s.tcp.head; i != 0; i = s.st.TCP[i-1].links.after {
		if i < 0 || int(i) > len(s.st.TCP) || n == len(s.st.TCP) || !s.st.TCP[i-1].links.queued {
			return invariant.TCPQueue.At(int(i - 1))
		}
		n, last = n+1, i
	}
	for i := range s.st.TCP {
		if s.st.TCP[i].links.queued {
			n--
		}
	}
	if n != 0 || last != s.tcp.tail {
		return invariant.TCPQueue.At(int(last))
	}
	return invariant.Violation{}
}
