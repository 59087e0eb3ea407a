package wire

import (
	"encoding/binary"
	"time"
)

// IGMPLen is the length of an IGMP message of versions 1 and 2, and of the fixed part of a report of version 3.
const IGMPLen = 8

// IGMP message types (RFC 1112 appendix I, RFC 2236 2.1, RFC 3376 4).
const (
	IGMPQuery    = 0x11
	IGMPv1Report = 0x12
	IGMPv2Report = 0x16
	IGMPLeave    = 0x17
	IGMPv3Report = 0x22
)

// IGMP is an IGMP message, up to the end of the datagram. The header of each has the shape of [ICMPFields]: Rest is the
// group, or in a report of version 3 the number of records, of [GroupRecord], that follow.
type IGMP []byte

// CheckIGMP returns the view of the message that an IPv4 payload holds. It refuses ErrShort. It does not look at the
// checksum.
func CheckIGMP(b []byte) (IGMP, Err) {
	if len(b) < IGMPLen {
		return nil, ErrShort
	}
	return IGMP(b), OK
}

// Type returns the type, such as IGMPQuery.
func (m IGMP) Type() uint8 { return m[0] }

// Group returns the group that a query, a leave, or a report of version 1 or 2 is about; 0.0.0.0 in a general query.
func (m IGMP) Group() Addr { return addr4At(m[4:]) }

// VerifyChecksum returns ErrChecksum if the checksum is wrong.
func (m IGMP) VerifyChecksum() Err { return ICMPv4(m).VerifyChecksum() }

// SetChecksum computes the checksum over the whole message and writes it.
func (m IGMP) SetChecksum() { ICMPv4(m).SetChecksum() }

// GroupQuery is a query of IGMP or MLD.
type GroupQuery struct {
	Group   Addr          // unspecified: of all groups
	MaxResp time.Duration // answers come within
	Older   uint8         // versions older than the newest: IGMPv3 0, v2 1, v1 2; MLDv2 0, v1 1

	// What only the newest version has.
	Robust   uint8         // the querier's robustness variable; 0: it does not say
	Interval time.Duration // between its general queries; 0: it does not say
	sources  []byte
}

// Sources returns how many sources of the group the query is about; 0: all.
func (q *GroupQuery) Sources() int {
	if len(q.sources) == 0 {
		return 0
	}
	return len(q.sources) / q.Group.Len()
}

// Source returns the source with this index, which must be less than Sources.
func (q *GroupQuery) Source(i int) Addr {
	if q.Group.Is4() {
		return addr4At(q.sources[4*i:])
	}
	return addr6At(q.sources[16*i:])
}

// newest unpacks what only queries of the newest version have: b begins with the robustness variable.
func (q *GroupQuery) newest(b []byte) Err {
	n := 4 + q.Group.Len()*int(binary.BigEndian.Uint16(b[2:]))
	if len(b) < n {
		return ErrTotalLen
	}
	q.Robust, q.Interval, q.sources = b[0]&7, time.Second*time.Duration(b[1]), b[4:n]
	if b[1] >= 128 { // RFC 3376 4.1.7, RFC 3810 5.1.9
		q.Interval = time.Second * floating8(b[1])
	}
	return OK
}

// floating8 returns what a code above 127 stands for (RFC 3376 4.1.1).
func floating8(code uint8) time.Duration { return time.Duration(code&15|16) << (code>>4&7 + 3) }

// Query returns a message of type IGMPQuery unpacked (RFC 3376 7.1 tells the versions apart). It refuses ErrTotalLen: a
// length that no version has, or less than the sources take.
func (m IGMP) Query() (GroupQuery, Err) {
	const unit = 100 * time.Millisecond
	q := GroupQuery{Group: m.Group(), MaxResp: unit * time.Duration(m[1])}
	switch {
	case len(m) == IGMPLen && m[1] == 0:
		// RFC 3376 7.2.1: version 1 has ten seconds; what stands for the group means nothing (RFC 1112 I).
		q.Group, q.Older, q.MaxResp = Any4, 2, 100*unit
	case len(m) == IGMPLen:
		q.Older = 1
	case len(m) < 12:
		return q, ErrTotalLen
	default:
		if m[1] >= 128 {
			q.MaxResp = unit * floating8(m[1])
		}
		err := q.newest(m[8:]) // in its own statement: in a return with q it may be done before or after q is read
		return q, err
	}
	return q, OK
}

// Types of group records (RFC 3376 4.2.12, RFC 3810 5.2.12). A member of a group excludes no sources.
const (
	RecordIsInclude = 1 // a member answers a query about these sources
	RecordIsExclude = 2 // a member answers a query
	RecordToInclude = 3 // with no sources: it has left
	RecordToExclude = 4 // with no sources: it has joined
)

// GroupRecord is a record in a report of IGMPv3 or MLDv2.
type GroupRecord struct {
	Type    uint8
	Group   Addr
	Sources []Addr // of the group's family
}

// Len returns how many bytes Put writes: without sources 8 for IPv4 and 20 for IPv6.
func (r *GroupRecord) Len() int { return 4 + r.Group.Len()*(1+len(r.Sources)) }

// Put writes the record and returns its length.
func (r *GroupRecord) Put(b []byte) int {
	_ = b[r.Len()-1]
	b[0], b[1] = r.Type, 0
	binary.BigEndian.PutUint16(b[2:], uint16(len(r.Sources)))
	at := 4 + r.Group.Put(b[4:])
	for i := range r.Sources {
		at += r.Sources[i].Put(b[at:])
	}
	return at
}
