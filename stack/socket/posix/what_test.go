package posix

import "testing"

// TestWhatASocketIs: the options that tell, and that cannot be set.
func TestWhatASocketIs(t *testing.T) {
	for _, family := range []int{IPv4, IPv6} {
		h := newWorld(t, family).a
		s, l, u := h.socket(Stream), h.socket(Stream), h.socket(Datagram)
		h.bind(l, h.at(80))
		h.listen(l)
		for fd, want := range map[int][3]int{s: {Stream, 6, 0}, l: {Stream, 6, 1}, u: {Datagram, 17, 0}} {
			h.option(fd, SoType, Value{N: want[0]})
			h.option(fd, SoDomain, Value{N: family})
			h.option(fd, SoProtocol, Value{N: want[1]})
			h.option(fd, SoAcceptConn, Value{N: want[2]})
			for o := SoType; o <= SoAcceptConn; o++ {
				h.want(ENOPROTOOPT, h.SetOption(fd, o, Value{N: 1}))
			}
		}
	}
}
