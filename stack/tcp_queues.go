package stack

import (
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// MinTCPBuffer is the least share of Storage.TCPBuffer that a connection can work with: half of it is the receive queue,
// half the send queue.
const MinTCPBuffer = 1024

// The shares, called slots, are fewer than the rows if Storage says so: a listener needs none, nor a handshake that waits
// for its end, and neither does what is left of a connection in TIME-WAIT, or for the acknowledgment of its FIN. Every slot is at all times with one row, even
// a free one; a connection that begins takes it from a row that has no use for it.

// tcpSlots is how many slots there are.
func (st *Storage) tcpSlots() int {
	if st.TCPSlots > 0 {
		return min(st.TCPSlots, len(st.TCP))
	}
	return len(st.TCP)
}

// tcpSlotLen is the length of a slot in bytes; half of it is the receive queue.
func (st *Storage) tcpSlotLen() int {
	n := st.tcpSlots()
	if n == 0 {
		return 0
	}
	return len(st.TCPBuffer) / n
}

// tcpMemory returns the memory of a row's receive and send queue, nothing if it has none.
func (s *Stack) tcpMemory(id int) (rx, tx []byte) {
	slot := s.st.TCP[id].slot
	if slot == 0 {
		return nil, nil
	}
	n := s.tcp.slotLen
	b := s.st.TCPBuffer[(slot-1)*n:][:n]
	return b[:n/2], b[n/2:]
}

// TCPQueueSizes returns how many bytes the receive and the send queue of a connection with these settings hold: each as
// many as they say, but no more than half of a slot.
func (s *Stack) TCPQueueSizes(v *tcp.Settings) (receive, send int) {
	n := s.st.tcpSlotLen()
	return queueSize(v.RcvBuf, n/2), queueSize(v.SndBuf, n-n/2)
}

func queueSize(wish int32, most int) int {
	if wish == 0 || int(wish) > most {
		return most
	}
	return int(wish)
}

// tcpSettings are the settings that a connection gets which is to have v.
func (s *Stack) tcpSettings(v *tcp.Settings) tcp.Settings {
	w := *v
	receive, send := s.TCPQueueSizes(v)
	w.RcvBuf, w.SndBuf = int32(receive), int32(send)
	return w
}

// tcpTakeSlot gives the row a slot, if it has none; false: every slot is in use.
func (s *Stack) tcpTakeSlot(id int) bool {
	if s.st.TCP[id].slot != 0 {
		return true
	}
	from := s.tcpSpareSlot()
	if from < 0 {
		return false
	}
	r := &s.st.TCP[from]
	s.st.TCP[id].slot, r.slot = r.slot, 0
	if r.use == tcpEmbryo {
		r.state.Forget()
	}
	return true
}

// tcpSpareSlot returns a row with a slot that it does not need, -1 if there is none; a handshake's only if there is no other.
func (s *Stack) tcpSpareSlot() int {
	spare := -1
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		switch {
		case r.slot == 0 || r.needsSlot():
		case r.use == tcpEmbryo:
			spare = i
		default:
			return i
		}
	}
	return spare
}

// needsSlot reports whether there is, or can be, anything in the row's queues that somebody waits for.
func (r *TCPConn) needsSlot() bool {
	switch {
	case r.use == tcpFree || r.use == tcpEmbryo:
		return false
	case r.use == tcpOrphan: // it takes nothing more in (RFC 9293 3.6.1, SHLD-3)
		return r.tx.Len() > 0
	case r.state.State() == tcp.Closed || r.state.State() == tcp.TimeWait: // a listener is CLOSED, too, and has no text
		return r.rx.Len() > 0
	}
	return true
}

// sendRoom returns how many bytes can be written.
func (r *TCPConn) sendRoom() int { return max(int(r.state.Settings().SndBuf)-r.tx.Len(), 0) }

// tcpBegin makes a row a connection between these ends, still closed.
func (s *Stack) tcpBegin(id int, use tcpUse, local wire.Addr, lport uint16, remote wire.Addr, rport uint16) *TCPConn {
	r := s.tcpTake(id, use, local, lport, remote, rport)
	s.tcpTouch(id)
	return r
}
