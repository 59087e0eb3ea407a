package parsers

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"stackproof/conformance/frame"
	"stackproof/golden/capture"
	"stackproof/golden/siege"
	"stackproof/golden/verify"
)

// Frame has the judge's codec read a frame: that changes nothing, nor does writing again what was read, and in a well-formed
// frame there is nothing to repair.
func Frame(data []byte) int {
	var v frame.View
	before := bytes.Clone(data)
	d := frame.Parse(data, &v)
	must(bytes.Equal(before, data), "Parse changes a frame")
	_ = d.String()
	for i := range frame.Field(frame.Fields) {
		if n, ok := v.Get(i); ok {
			v.Set(i, n)
		}
		if a, ok := v.Addr(i); ok {
			v.SetAddr(i, a)
		}
	}
	_, _, _, _, _ = v.Payload(), v.Options(), v.Datagram(), v.Body(), v.NetOptions()
	must(bytes.Equal(before, data), "% x: what was read, written again, gives % x", before, data)
	if !d.OK() {
		return 0
	}
	if sum, ok := v.Get(frame.UDPSum); !ok || sum != 0 {
		v.Repair()
		must(bytes.Equal(before, data), "% x is well-formed and repaired to % x", before, data)
	}
	return 1
}

// FrameSeeds are frames of all protocols.
func FrameSeeds() (all [][]byte) {
	samples := verify.Samples()
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		all = append(all, samples[name])
	}
	return all
}

var theVerifier = sync.OnceValue(verify.NewVerifier)

// Codecs has the stack's codec, the judge's and gopacket read a frame: they agree on what is valid and what is in it, but where
// golden/verify/known.txt says why not, and none of them comes to harm.
func Codecs(data []byte) int {
	r := verify.NewResult()
	theVerifier().Frame(&capture.Frame{Link: capture.Ethernet, Data: data, Length: len(data)}, r)
	must(len(r.Failures) == 0, "% x: %v", data, r.Failures)
	return interesting(r.Sound > 0)
}

var theSiege = sync.OnceValue(func() *siege.Siege {
	s, err := siege.New()
	must(err == nil, "%v", err)
	return s
})

// Siege throws a frame at the stack in every prepared state, as it is and aimed.
func Siege(data []byte) int {
	s := theSiege()
	replies := s.Replies
	err := s.Frame(data)
	must(err == nil, "%v", err)
	return interesting(s.Replies > replies)
}

// FrameTokens are values that headers have: types, protocols, addresses, lengths, options.
func FrameTokens() []string {
	return []string{
		"\x08\x00", "\x86\xdd", "\x08\x06", "\x81\x00", "\x88\xa8", "\xff\xff\xff\xff\xff\xff", "\x33\x33\x00\x00\x00\x01", "\x01\x00\x5e\x00\x00\x01",
		"\x45\x00", "\x4f\x00", "\x60\x00\x00\x00", "\x40\x00\x40\x06", "\x20\x00", "\x40\x06", "\x40\x11", "\x40\x01", "\x01\x02", "\x3a\xff", "\x06\x40", "\x00\x01\x08\x00\x06\x04\x00\x01",
		"\xc0\x00\x02\x01", "\xc0\x00\x02\x02", "\xe0\x00\x00\x01", "\xff\xff\xff\xff", "\x7f\x00\x00\x01", "\x20\x01\x0d\xb8", "\xfe\x80\x00\x00\x00\x00\x00\x00",
		"\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff",
		"\x94\x04\x00\x00", "\x83\x07\x04", "\x07\x07\x04", "\x05\x02\x00\x00", "\x01\x04\x00\x00\x00\x00", "\x2c\x00", "\x3c\x00", "\x2b\x00", "\x00\x00\x00\x01",
		"\x02\x04\x05\xb4", "\x04\x02", "\x03\x03\x07", "\x08\x0a", "\x05\x0a", "\x05\x12", "\x05\x22", "\x01\x01", "\x50\x02", "\x50\x10", "\x50\x11", "\x50\x04", "\x50\x18", "\x50\x38", "\xf0\x10",
		"\x08\x00\x00\x00", "\x03\x04\x00\x00", "\x03\x03\x00\x00", "\x80\x00", "\x02\x00\x00\x00", "\x85\x00", "\x86\x00", "\x87\x00", "\x88\x00", "\x89\x00", "\x82\x00", "\x8f\x00", "\x11\x64", "\x22\x00",
		"\x01\x01\x02\x00\x00\x00\x00\x01", "\x03\x04\x40\xc0", "\x05\x01\x00\x00", "\x19\x03\x00\x00", "\xff\xff", "\x00\x00", "\x7f\xff\xff\xff", "\x80\x00\x00\x00",
	}
}
