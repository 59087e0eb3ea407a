package wire

// IPv4 and TCP write their options alike: a kind; for all but two kinds a length that counts itself and the kind; data.
const (
	optionEnd = 0 // end of the list; what follows is padding
	optionNOP = 1 // one byte between options
)

// optionWalk goes through such a list. It ends on any bytes: every step moves forward or ends the walk.
type optionWalk struct {
	b         []byte
	at        int // of the option that next returned
	off       int // behind it
	malformed bool
}

// next returns the next option that is neither end nor no-operation, and its data. Without one ok is false.
func (w *optionWalk) next() (kind uint8, data []byte, ok bool) {
	for w.off < len(w.b) {
		rest := w.b[w.off:]
		switch rest[0] {
		case optionEnd:
			w.off = len(w.b)
			return 0, nil, false
		case optionNOP:
			w.off++
			continue
		}
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) {
			w.malformed = true
			w.at, w.off = w.off, len(w.b)
			return 0, nil, false
		}
		n := int(rest[1])
		w.at = w.off
		w.off += n
		return rest[0], rest[2:n], true
	}
	return 0, nil, false
}

// IPv4 option kinds (RFC 791 3.1, RFC 2113), with the copied bit and the class in them.
const (
	IPv4OptRecordRoute  = 7
	IPv4OptTimestamp    = 68
	IPv4OptLooseSource  = 131
	IPv4OptStrictSource = 137
	IPv4OptRouterAlert  = 148
)

// IPv4Options iterates over the options of an IPv4 header.
type IPv4Options struct{ walk optionWalk }

// Next returns the next option but end and no-operation, and its data without kind and length. ok is false at the end
// and at the first malformed option.
func (o *IPv4Options) Next() (kind uint8, data []byte, ok bool) { return o.walk.next() }

// Malformed reports whether the walk ended at an option whose length is below 2 or beyond the end.
func (o *IPv4Options) Malformed() bool { return o.walk.malformed }

// Offset returns where in the IPv4 header the last option stands that Next returned or stumbled over: the pointer of a
// parameter problem (RFC 792).
func (o *IPv4Options) Offset() int { return IPv4HeaderLen + o.walk.at }

// PutRouterAlert writes the router alert option, which IGMP messages carry (RFC 2113 2.1), and returns 4.
func PutRouterAlert(b []byte) int {
	_ = b[3]
	b[0], b[1], b[2], b[3] = IPv4OptRouterAlert, 4, 0, 0
	return 4
}

// PutIPv4RouterAlert writes the option that has routers look at a packet which is not for them (RFC 2113 2.1), and returns
// its length, 4.
func PutIPv4RouterAlert(b []byte) int {
	_ = b[3]
	b[0], b[1], b[2], b[3] = IPv4OptRouterAlert, 4, 0, 0
	return 4
}
