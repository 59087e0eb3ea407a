package wire

// Err says why bytes were refused. The zero value is [OK]. It is a plain number so that it can index a table of
// counters of [NumErr] entries.
type Err uint8

const (
	OK            Err = iota // nothing is wrong
	ErrShort                 // fewer bytes than the fixed header, or than a length field promises
	ErrVersion               // the IP version is not the one that was asked for
	ErrHeaderLen             // the header length is below the minimum or beyond the end of the message
	ErrTotalLen              // the length of the message is below its header or beyond its container
	ErrChecksum              // the checksum does not agree with the bytes
	ErrNoChecksum            // no checksum where one is mandatory (UDP over IPv6)
	ErrHardware              // ARP: not Ethernet, or its address length is not 6
	ErrProtocol              // ARP: not IPv4, or its address length is not 4
	ErrType                  // the message type is not the one that was asked for
	ErrCode                  // the ICMP code is not one that the type allows
	ErrHopLimit              // NDP: the hop limit is not 255, so a router may have forwarded the message
	ErrSource                // the source address may not send this message
	ErrDest                  // the destination address may not get this message
	ErrTarget                // NDP: the target address is not one that can be a target
	ErrFlags                 // a flag that must be clear in this message is set
	ErrOption                // an option is malformed: its length is zero, illegal or beyond the end
	ErrOptionHere            // an option that must not appear in this message does
	ErrExtLimit              // more IPv6 extension headers than MaxExtHeaders
	NumErr        int = iota
)

var errText = [NumErr]string{
	OK:            "ok",
	ErrShort:      "too short",
	ErrVersion:    "wrong IP version",
	ErrHeaderLen:  "bad header length",
	ErrTotalLen:   "bad total length",
	ErrChecksum:   "wrong checksum",
	ErrNoChecksum: "checksum missing",
	ErrHardware:   "hardware is not Ethernet",
	ErrProtocol:   "protocol is not IPv4",
	ErrType:       "wrong message type",
	ErrCode:       "bad code",
	ErrHopLimit:   "hop limit is not 255",
	ErrSource:     "bad source address",
	ErrDest:       "bad destination address",
	ErrTarget:     "bad target address",
	ErrFlags:      "bad flags",
	ErrOption:     "malformed option",
	ErrOptionHere: "option not allowed here",
	ErrExtLimit:   "too many extension headers",
}

// String returns a short text in lower case.
func (e Err) String() string {
	if int(e) >= NumErr {
		return "unknown error"
	}
	return errText[e]
}
