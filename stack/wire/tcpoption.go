package wire

import "encoding/binary"

// TCP option kinds.
const (
	TCPOptMSS           = 2 // RFC 9293 3.7.1
	TCPOptWScale        = 3 // RFC 7323 2
	TCPOptSACKPermitted = 4 // RFC 2018 2
	TCPOptSACK          = 5 // RFC 2018 3
	TCPOptTimestamps    = 8 // RFC 7323 3
)

// optionsTS is how options begin that are timestamps alone (RFC 7323 appendix A).
const optionsTS = optionNOP<<24 | optionNOP<<16 | TCPOptTimestamps<<8 | 10

// MaxSACKBlocks is how many blocks fit into an option list: four, three beside timestamps (RFC 2018 3).
const MaxSACKBlocks = 4

// TCPOptions iterates over the bytes of an option list. It ends on any bytes.
type TCPOptions struct{ walk optionWalk }

// WalkTCPOptions returns an iterator over b, the bytes of [TCP.Options].
func WalkTCPOptions(b []byte) TCPOptions { return TCPOptions{optionWalk{b: b}} }

// Next returns the next option but end and no-operation, and its data without kind and length. ok is false at the end
// and at the first malformed option.
func (o *TCPOptions) Next() (kind uint8, data []byte, ok bool) { return o.walk.next() }

// Malformed reports whether the walk ended at an option whose length is below 2 or beyond the end.
func (o *TCPOptions) Malformed() bool { return o.walk.malformed }

// SACKBlock is a range of sequence space that arrived: from Left up to but not including Right.
type SACKBlock struct{ Left, Right uint32 }

// TCPOpts holds the options that the stack knows. Unknown ones are skipped by their length (RFC 9293 3.2, MUST-6).
type TCPOpts struct {
	MSS           uint16
	HasMSS        bool
	WScale        uint8 // as received; above 14 it counts as 14 (RFC 7323 2.3)
	HasWScale     bool
	SACKPermitted bool
	HasTS         bool
	TSVal, TSEcr  uint32
	SACK          [MaxSACKBlocks]SACKBlock
	NSACK         uint8
	Malformed     bool // a length was illegal (RFC 9293 3.1, MUST-7); what could be read is still here
}

// ParseTCPOptions reads an option list. It never fails: a known option with the wrong length is left out and sets
// Malformed, a length that leads nowhere ends the list and sets it too. Of an option that appears twice the last counts.
func ParseTCPOptions(b []byte) (o TCPOpts) {
	o.Parse(b)
	return o
}

// Parse is ParseTCPOptions in place; o is zero.
func (o *TCPOpts) Parse(b []byte) {
	if len(b) == 12 && binary.BigEndian.Uint32(b) == optionsTS { // what most segments have
		o.TSVal, o.TSEcr, o.HasTS = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), true
		return
	}
	w := WalkTCPOptions(b)
	for {
		kind, data, ok := w.Next()
		if !ok {
			break
		}
		if !o.take(kind, data) {
			o.Malformed = true
		}
	}
	o.Malformed = o.Malformed || w.Malformed()
}

// take stores one option. It is false if the kind is known and the length is not the kind's.
func (o *TCPOpts) take(kind uint8, data []byte) bool {
	switch kind {
	case TCPOptMSS:
		if len(data) != 2 {
			return false
		}
		o.MSS, o.HasMSS = binary.BigEndian.Uint16(data), true
	case TCPOptWScale:
		if len(data) != 1 {
			return false
		}
		o.WScale, o.HasWScale = data[0], true
	case TCPOptSACKPermitted:
		if len(data) != 0 {
			return false
		}
		o.SACKPermitted = true
	case TCPOptTimestamps:
		if len(data) != 8 {
			return false
		}
		o.TSVal, o.TSEcr, o.HasTS = binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:]), true
	case TCPOptSACK:
		return o.takeSACK(data)
	}
	return true
}

func (o *TCPOpts) takeSACK(data []byte) bool {
	if len(data) == 0 || len(data)%8 != 0 || len(data) > 8*MaxSACKBlocks {
		return false
	}
	o.NSACK = uint8(len(data) / 8)
	for i := range o.SACK {
		o.SACK[i] = SACKBlock{}
		if i < int(o.NSACK) {
			o.SACK[i] = SACKBlock{binary.BigEndian.Uint32(data[8*i:]), binary.BigEndian.Uint32(data[8*i+4:])}
		}
	}
	return true
}

// sackBlocks returns how many of the SACK blocks fit: they are what gives way when the 40 bytes are full.
func (o *TCPOpts) sackBlocks() int {
	room := TCPMaxOptionsLen - o.fixedLen()
	if o.NSACK == 0 || room < 4+8 {
		return 0
	}
	return min(int(o.NSACK), MaxSACKBlocks, (room-4)/8)
}

// fixedLen is the length of all options but SACK, padded as PutTCPOptions does.
func (o *TCPOpts) fixedLen() int {
	n := 0
	if o.HasMSS {
		n += 4
	}
	switch {
	case o.HasTS:
		n += 12 // SACK-permitted takes the place of the two no-operations
	case o.SACKPermitted:
		n += 4
	}
	if o.HasWScale {
		n += 4
	}
	return n
}

// Len returns how many bytes PutTCPOptions writes.
func (o *TCPOpts) Len() int {
	n := o.fixedLen()
	if k := o.sackBlocks(); k > 0 {
		n += 4 + 8*k
	}
	return n
}

// PutTCPOptions writes the options and returns their length: a multiple of 4, at most 40, as o.Len says; b must be that
// long. SACK blocks that do not fit are left out, the last first. Every option is aligned with no-operations in front of
// it, so that there is no padding behind the list (RFC 9293 3.1, MUST-69, holds with none). The order is the usual one:
// MSS, SACK-permitted, timestamps, window scale, SACK.
func PutTCPOptions(b []byte, o *TCPOpts) int {
	total := o.Len()
	b = b[:total]
	if total == 12 && o.HasTS && !o.SACKPermitted { // what most segments have, in whole words
		binary.BigEndian.PutUint32(b, optionsTS)
		binary.BigEndian.PutUint32(b[4:], o.TSVal)
		binary.BigEndian.PutUint32(b[8:], o.TSEcr)
		return total
	}
	i := 0
	if o.HasMSS {
		b[0], b[1] = TCPOptMSS, 4
		binary.BigEndian.PutUint16(b[2:], o.MSS)
		i = 4
	}
	if o.HasTS || o.SACKPermitted {
		b[i], b[i+1] = optionNOP, optionNOP
		if o.SACKPermitted && o.HasTS {
			b[i], b[i+1] = TCPOptSACKPermitted, 2
		}
		i += 2
	}
	if o.HasTS {
		b[i], b[i+1] = TCPOptTimestamps, 10
		binary.BigEndian.PutUint32(b[i+2:], o.TSVal)
		binary.BigEndian.PutUint32(b[i+6:], o.TSEcr)
		i += 10
	} else if o.SACKPermitted {
		b[i], b[i+1] = TCPOptSACKPermitted, 2
		i += 2
	}
	if o.HasWScale {
		b[i], b[i+1], b[i+2], b[i+3] = optionNOP, TCPOptWScale, 3, o.WScale
		i += 4
	}
	putSACK(b[i:], o)
	return total
}

// putSACK writes the blocks that fit into the rest of the list.
func putSACK(b []byte, o *TCPOpts) {
	n := o.sackBlocks()
	if n == 0 {
		return
	}
	b[0], b[1], b[2], b[3] = optionNOP, optionNOP, TCPOptSACK, uint8(2+8*n)
	for k := range n {
		binary.BigEndian.PutUint32(b[4+8*k:], o.SACK[k].Left)
		binary.BigEndian.PutUint32(b[8+8*k:], o.SACK[k].Right)
	}
}
