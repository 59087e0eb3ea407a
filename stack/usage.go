package stack

// Usage is how much of its storage a stack uses.
type Usage struct {
	TCP        int // rows: listeners and connections, whoever has them, and those that are over and were not given back
	Timers     int // connections that something is due for
	UDP        int // rows: endpoints, the raw ones too
	Queued     int // bytes in their queues
	Groups     int // rows: groups that were joined, and those that routers are still to be told were left
	Waiting    int // packets that wait for a neighbour's address
	Reassembly int // rows: datagrams of which fragments are missing
	Staged     int // bytes of the datagram that goes out in fragments
	Loop       int // packets on their way to ourselves
}

// Usage tells what is in use. It takes time in proportion to the tables: it is for tests.
func (s *Stack) Usage() (u Usage) {
	for i := range s.st.TCP {
		if s.st.TCP[i].use != tcpFree {
			u.TCP++
		}
	}
	for i := range s.st.UDP {
		if e := &s.st.UDP[i]; e.open {
			u.UDP++
			u.Queued += e.queue.used
		}
	}
	for i := range s.st.Groups {
		if s.st.Groups[i].addr.IsValid() {
			u.Groups++
		}
	}
	u.Timers, u.Staged, u.Loop = int(s.tcp.timers), s.staged.n, s.loop.count
	u.Waiting, u.Reassembly = s.neighbours.Holds(), s.reassembly.Used()
	return u
}
