package mutate

import "stackproof/conformance/frame"

// ip4Options are lists of whole words.
var ip4Options = [][]byte{
	{148, 4, 0, 0}, {1, 1, 1, 1}, {0, 1, 1, 1}, {131, 7, 4, 192, 0, 2, 2, 0}, {137, 7, 4, 192, 0, 2, 2, 0}, {7, 7, 4, 0, 0, 0, 0, 0}, {68, 8, 5, 0, 0, 0, 0, 0},
	{7, 0, 0, 0}, {7, 1, 0, 0}, {7, 255, 4, 0}, {130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {7, 3, 1, 0}, {158, 2, 158, 2},
}

// ipOption puts options into the header of an IPv4 packet.
func ipOption(f *Frame, n uint32) bool {
	o := ip4Options[n%uint32(len(ip4Options))]
	ihl, ok := f.View.Get(frame.IPIHL)
	if f.View.Net != frame.NetIPv4 || !ok || int(ihl)*4+len(o) > 60 || !f.insert(etherLen+ip4Len, o) {
		return false
	}
	f.room[etherLen] = 4<<4 | byte(ihl) + byte(len(o)/4)
	return f.relen()
}

// tcpOptions are lists of whole words.
var tcpOptions = [][]byte{
	{}, {2, 4, 0, 0}, {2, 4, 0, 1}, {2, 4, 0xff, 0xff}, {2, 0, 1, 1}, {2, 1, 1, 1}, {2, 255, 1, 1}, {3, 3, 14, 1}, {3, 3, 255, 1}, {4, 2, 1, 1}, {4, 4, 0, 0},
	{8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, {8, 10, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1}, {8, 3, 1, 1}, {5, 10, 0, 0, 4, 0, 0, 0, 8, 0, 1, 1},
	{5, 10, 255, 255, 255, 255, 0, 0, 0, 0, 1, 1}, {5, 2, 1, 1}, {5, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}, {253, 4, 1, 2}, {1, 1, 1, 8},
	{2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7},
	{1, 1, 5, 34, 0, 0, 4, 10, 0, 0, 4, 20, 0, 0, 4, 30, 0, 0, 4, 40, 0, 0, 4, 50, 0, 0, 4, 60, 0, 0, 4, 70, 0, 0, 4, 80},
}

// tcpOption puts other options into the place of a segment's.
func tcpOption(f *Frame, n uint32) bool {
	body := f.View.Body()
	if f.View.Transport != frame.TransportTCP || len(body) < tcpLen {
		return false
	}
	at := len(f.View.Packet()) - len(body)
	f.remove(at+tcpLen, len(f.View.Options()))
	o := tcpOptions[n%uint32(len(tcpOptions))]
	if len(o) > 0 && !f.insert(at+tcpLen, o) {
		o = nil
	}
	f.room[at+12] = f.room[at+12]&15 | byte((tcpLen+len(o))/4)<<4
	return f.relen()
}

// ndOptions are options of NDP, of whole units of eight bytes, and some that are not.
var ndOptions = [][]byte{
	{1, 1, 2, 0, 0, 0, 0, 2}, {2, 1, 2, 0, 0, 0, 0, 2}, {1, 0, 2, 0, 0, 0, 0, 2}, {1, 255, 2, 0, 0, 0, 0, 2}, {1, 1, 255, 255, 255, 255, 255, 255}, {5, 1, 0, 0, 0, 0, 4, 255},
	{14, 1, 1, 2, 3, 4, 5, 6}, {253, 1, 0, 0, 0, 0, 0, 0}, {1, 2, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}, {1}, {1, 1}, {1, 1, 2, 0, 0, 0, 0, 1},
}

// ndOption puts another option behind a message of NDP.
func ndOption(f *Frame, n uint32) bool {
	typ, ok := f.View.Get(frame.ICMPType)
	if !ok || f.View.Net != frame.NetIPv6 || typ < 133 || typ > 137 {
		return false
	}
	return f.insert(len(f.View.Packet()), ndOptions[n%uint32(len(ndOptions))]) && f.relen()
}
