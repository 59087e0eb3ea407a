package wire

import (
	"encoding/binary"
	"time"
)

// MLDLen is the length of a message of MLDv1.
const MLDLen = 24

// MLD is a message of multicast listener discovery: an [ICMPv6] of type ICMPv6MLDQuery, ICMPv6MLDReport or
// ICMPv6MLDDone. A report of MLDv2 is none: it is an [ICMPFields], whose Rest is the number of records, and records.
type MLD []byte

// CheckMLD returns the view of a message (RFC 2710 3, RFC 3810 5.1). It refuses ErrShort.
func CheckMLD(m ICMPv6) (MLD, Err) {
	if len(m) < MLDLen {
		return nil, ErrShort
	}
	return MLD(m), OK
}

// Group returns the group that the message is about; :: in a general query.
func (m MLD) Group() Addr { return addr6At(m[8:]) }

// Query returns a query unpacked (RFC 3810 8.1 tells the versions apart). It refuses ErrTotalLen: a length that no version
// has, or less than the sources take.
func (m MLD) Query() (GroupQuery, Err) {
	code := binary.BigEndian.Uint16(m[4:])
	q := GroupQuery{Group: m.Group(), MaxResp: time.Millisecond * time.Duration(code)}
	switch {
	case len(m) == MLDLen:
		q.Older = 1
	case len(m) < 28:
		return q, ErrTotalLen
	default:
		if code >= 1<<15 { // RFC 3810 5.1.3
			q.MaxResp = time.Millisecond * time.Duration(code&0xfff|0x1000) << (code>>12&7 + 3)
		}
		err := q.newest(m[24:]) // in its own statement: in a return with q it may be done before or after q is read
		return q, err
	}
	return q, OK
}
