package wire

// MAC is an Ethernet address, in the order in which its bytes travel.
type MAC [6]byte

// Broadcast is the address of every station on the link.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// macAt reads a MAC from the first six bytes of b.
func macAt(b []byte) MAC {
	return MAC(b[:6])
}

// Put writes m into the first six bytes of b and returns 6.
func (m MAC) Put(b []byte) int {
	*(*MAC)(b) = m
	return len(m)
}

// IsBroadcast reports whether m is ff:ff:ff:ff:ff:ff.
func (m MAC) IsBroadcast() bool { return m == Broadcast }

// IsMulticast reports whether m names a group (IEEE 802 I/G bit); broadcast is such a group.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// IsZero reports whether m is 00:00:00:00:00:00, which no station has.
func (m MAC) IsZero() bool { return m == MAC{} }

// IsUnicast reports whether m can be the address of one station: no group, not zero.
func (m MAC) IsUnicast() bool { return !m.IsMulticast() && !m.IsZero() }

// MACTextLen is the length of the text of a MAC.
const MACTextLen = 17

// AppendText appends m as "02:00:5e:10:00:ff". It never allocates: text beyond the capacity of dst is cut off.
func (m MAC) AppendText(dst []byte) []byte {
	t := text{b: dst}
	for i, v := range m {
		if i > 0 {
			t.char(':')
		}
		t.char(hexDigits[v>>4])
		t.char(hexDigits[v&15])
	}
	return t.b
}
