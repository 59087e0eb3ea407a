package oracle

import "slices"

// Kinds of options (RFC 9293 3.2, RFC 7323, RFC 2018).
const (
	EndOfOptions  = 0
	NoOperation   = 1
	SegmentSize   = 2
	WindowScale   = 3
	SACKPermitted = 4
	SACKBlocks    = 5
	Timestamps    = 8
)

// legal are the lengths that the known options can have, kind and length included. All others can have any that holds
// its own two bytes (RFC 9293 MUST-68).
var legal = map[uint8][]int{
	SegmentSize: {4}, WindowScale: {3}, SACKPermitted: {2}, SACKBlocks: {10, 18, 26, 34}, Timestamps: {10},
}

// Requirements of option lists, by what they say.
const (
	reqKnown   = "RFC9293 MUST-4"
	reqUnknown = "RFC9293 MUST-6"
	reqIllegal = "RFC9293 MUST-7"
	reqAnyByte = "RFC9293 MUST-64"
	reqLength  = "RFC9293 MUST-68"
)

// Options is what an option list says: the data of each known option that it has. Nothing is said of an option that
// stands there twice with different data: no RFC tells which counts.
type Options struct {
	Data map[uint8][]byte
	// Illegal: a length cannot be, be it below 2, beyond the end, or not that of a known option.
	Illegal bool
	// Reqs are the requirements that had a say, each once.
	Reqs []string
}

// ReadOptions reads an option list up to its end, or to the first illegal length.
func ReadOptions(list []byte) Options {
	o := Options{Data: map[uint8][]byte{}}
	for at := 0; at < len(list) && list[at] != EndOfOptions; {
		kind, rest := list[at], list[at:]
		if kind == NoOperation {
			o.by(reqKnown)
			at++
			continue
		}
		lengths, known := legal[kind]
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) || known && !slices.Contains(lengths, int(rest[1])) {
			o.by(reqIllegal)
			o.Illegal = true
			return o
		}
		if at%4 != 0 {
			o.by(reqAnyByte)
		}
		if known {
			o.by(reqKnown)
			o.Data[kind] = rest[2:rest[1]]
		} else {
			o.by(reqUnknown, reqLength)
		}
		at += int(rest[1])
	}
	o.by(reqKnown)
	return o
}

func (o *Options) by(ids ...string) {
	for _, id := range ids {
		if !slices.Contains(o.Reqs, id) {
			o.Reqs = append(o.Reqs, id)
		}
	}
}

// Has tells whether the list has an option of the kind.
func (o *Options) Has(kind uint8) bool { return o.Data[kind] != nil }

// Size is the segment size that the list tells; 0: none.
func (o *Options) Size() uint32 {
	if d := o.Data[SegmentSize]; d != nil {
		return uint32(d[0])<<8 | uint32(d[1])
	}
	return 0
}

// Shift is the count of window scale. RFC 7323 2.3: a larger one than 14 is taken as 14.
func (o *Options) Shift() uint8 {
	if d := o.Data[WindowScale]; d != nil {
		return min(d[0], 14)
	}
	return 0
}
