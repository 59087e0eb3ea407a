package frame

// Types of messages about groups (RFC 3376 4, RFC 3810 5).
const (
	igmp3Report = 0x22
	mldQuery    = 130
	mldDone     = 132
	mld2Report  = 143

	mldHeader = 24 // of MLDv1, and of all queries
)

// parseIGMP: RFC 2236, RFC 3376. What IP carries stays its payload.
func (v *View) parseIGMP(at int) Defect {
	b := v.B[at:v.end]
	if len(b) < icmpHeader {
		return flaw(IGMPShort, int(v.end))
	}
	v.at[layerIGMP] = uint16(at)
	if be16(b[2:]) != zeroed(0, b, 2) {
		return flaw(IGMPChecksum, at+2)
	}
	if b[0] == igmp3Report {
		return v.parseRecords(at, 4)
	}
	return Defect{}
}

// parseMLD: RFC 2710, RFC 3810. Every message goes with hop limit 1 and a router alert, which needs an extension header.
func (v *View) parseMLD(t uint8, at int) Defect {
	old := t >= mldQuery && t <= mldDone
	switch {
	case !old && t != mld2Report:
		return Defect{}
	case v.B[etherHeader+7] != 1 || v.B[etherHeader+6] != protoHopByHop:
		return flaw(MLDInvalid, etherHeader+6)
	case t == mld2Report:
		return v.parseRecords(at, 16)
	case int(v.end)-at < mldHeader:
		return flaw(IGMPShort, int(v.end))
	}
	v.at[layerMLD] = uint16(at)
	return Defect{}
}

// parseRecords checks that the records of a report, whose addresses have size bytes, end where the message does.
func (v *View) parseRecords(at, size int) Defect {
	n := be16(v.B[at+6:])
	at += icmpHeader
	if n > 0 {
		v.at[layerRecord] = uint16(at)
	}
	for ; n > 0 && at+4 <= int(v.end); n-- {
		r := v.B[at:]
		at += 4 + size*(1+int(be16(r[2:]))) + 4*int(r[1])
	}
	if n > 0 || at != int(v.end) {
		return flaw(IGMPShort, int(v.end))
	}
	return Defect{}
}
