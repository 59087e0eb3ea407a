package segment

// maxStations is how many addresses a switch remembers.
const maxStations = 1024

type mac [6]byte

// stations is where a switch has seen which address. When it is full it forgets all, as one that ages its table does;
// frames then go to every port until it has learned again.
type stations struct{ port map[mac]int }

// learn notes where the sender of a frame is; nobody sends from a group's address.
func (s *stations) learn(b []byte, port int) {
	if len(b) < 12 || b[6]&1 != 0 {
		return
	}
	if s.port == nil {
		s.port = make(map[mac]int, maxStations)
	}
	who := mac(b[6:12])
	if _, known := s.port[who]; !known && len(s.port) == maxStations {
		clear(s.port)
	}
	s.port[who] = port
}

// find returns the port of the addressee of a frame; -1 if it is a group or not known.
func (s *stations) find(b []byte) int {
	if len(b) < 12 || b[0]&1 != 0 {
		return -1
	}
	if port, ok := s.port[mac(b[:6])]; ok {
		return port
	}
	return -1
}
