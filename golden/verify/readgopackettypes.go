package verify

import (
	"net"

	"github.com/google/gopacket/layers"
)

// readND has gopacket read a message of neighbour discovery.
func (t *third) readND(r *Reading, typ uint8, b []byte) {
	var options layers.ICMPv6Options
	switch typ {
	case layers.ICMPv6TypeRouterSolicitation:
		var m layers.ICMPv6RouterSolicitation
		if !t.layer(r, NDWhole, b, &m) {
			return
		}
		options = m.Options
	case layers.ICMPv6TypeRouterAdvertisement:
		var m layers.ICMPv6RouterAdvertisement
		if !t.layer(r, NDWhole, b, &m) {
			return
		}
		r.num(NDRAFlags, flags(m.ManagedAddressConfig(), m.OtherConfig())<<2|uint64(m.Flags>>3&3))
		r.num(NDHops, uint64(m.HopLimit))
		r.num(NDLifetime, uint64(m.RouterLifetime))
		r.num(NDReachable, uint64(m.ReachableTime))
		r.num(NDRetrans, uint64(m.RetransTimer))
		options = m.Options
	case layers.ICMPv6TypeNeighborSolicitation:
		var m layers.ICMPv6NeighborSolicitation
		if !t.layer(r, NDWhole, b, &m) {
			return
		}
		r.bytes(NDTarget, m.TargetAddress)
		options = m.Options
	case layers.ICMPv6TypeNeighborAdvertisement:
		var m layers.ICMPv6NeighborAdvertisement
		if !t.layer(r, NDWhole, b, &m) {
			return
		}
		r.bytes(NDTarget, m.TargetAddress)
		r.num(NDFlags, flags(m.Router(), m.Solicited(), m.Override()))
		options = m.Options
	case layers.ICMPv6TypeRedirect:
		var m layers.ICMPv6Redirect
		if !t.layer(r, NDWhole, b, &m) {
			return
		}
		r.bytes(NDTarget, m.TargetAddress)
		r.bytes(NDDest, m.DestinationAddress)
		options = m.Options
	}
	from := len(r.scratch)
	for _, o := range options {
		r.item(uint8(o.Type), o.Data)
	}
	r.list(NDOptions, from)
	r.linkAddrs(r.values[NDOptions].b)
}

// addrs notes a list of addresses.
func (r *Reading) addrs(f Field, all []net.IP) {
	from := len(r.scratch)
	for _, a := range all {
		r.scratch = append(r.scratch, a...)
	}
	r.list(f, from)
}

// readMLD has gopacket read a message of MLD.
func (t *third) readMLD(r *Reading, typ uint8, l *layers.ICMPv6) {
	switch next := l.NextLayerType(); {
	case typ == layers.ICMPv6TypeMLDv2MulticastListenerReportMessageV2:
		var m layers.MLDv2MulticastListenerReportMessage
		if try(func() error { return m.DecodeFromBytes(l.Payload, t) }) != nil {
			return // the records are the judge's to read, and he has no verdict on them
		}
		for i, x := range m.MulticastAddressRecords {
			if i == 0 {
				r.num(RecordType, uint64(x.RecordType))
				r.bytes(RecordGroup, x.MulticastAddress)
			}
		}
	case next == layers.LayerTypeMLDv2MulticastListenerQuery:
		var m layers.MLDv2MulticastListenerQueryMessage
		if !t.layer(r, GroupWhole, l.Payload, &m) {
			return
		}
		r.bytes(GroupAddr, m.MulticastAddress)
		r.num(GroupTime, uint64(m.MaximumResponseDelay()))
		r.num(GroupRobust, uint64(m.QueriersRobustnessVariable))
		r.num(GroupEvery, uint64(m.QQI()))
		r.addrs(GroupSources, m.SourceAddresses)
	default:
		var m layers.MLDv1Message
		if !t.layer(r, GroupWhole, l.Payload, &m) {
			return
		}
		r.bytes(GroupAddr, m.MulticastAddress)
		if typ == layers.ICMPv6TypeMLDv1MulticastListenerQueryMessage {
			r.num(GroupTime, uint64(m.MaximumResponseDelay))
		}
	}
}

// readIGMP has gopacket read a message of IGMP: one of version 3, or an older one.
func (t *third) readIGMP(r *Reading, b []byte) {
	if len(b) < 8 {
		r.refuse(IGMPWhole, "too short") // gopacket has a type for each version, and none for the header
		return
	}
	r.num(IGMPWhole, 1)
	r.num(IGMPType, uint64(b[0]))
	switch typ := layers.IGMPType(b[0]); {
	case typ == layers.IGMPMembershipReportV3, typ == layers.IGMPMembershipQuery && len(b) >= 12:
		var m layers.IGMP
		_ = t.layer(r, GroupWhole, b, &m)
		r.num(IGMPSum, uint64(m.Checksum))
		if typ == layers.IGMPMembershipReportV3 {
			r.has[GroupWhole] = false // nobody else has a verdict on a report
			if len(m.GroupRecords) > 0 {
				r.num(RecordType, uint64(m.GroupRecords[0].Type))
				r.bytes(RecordGroup, m.GroupRecords[0].MulticastAddress)
			}
			return
		}
		r.bytes(GroupAddr, m.GroupAddress)
		r.num(GroupTime, uint64(m.MaxResponseTime))
		r.num(GroupRobust, uint64(m.RobustnessValue))
		r.num(GroupEvery, uint64(m.IntervalTime))
		r.addrs(GroupSources, m.SourceAddresses)
	case typ == layers.IGMPMembershipQuery && len(b) != 8:
		r.refuse(GroupWhole, "a query of no version")
		r.num(IGMPSum, number(b[2:4]))
	case typ == layers.IGMPMembershipQuery, typ == layers.IGMPMembershipReportV1, typ == layers.IGMPMembershipReportV2, typ == layers.IGMPLeaveGroup:
		var m layers.IGMPv1or2
		_ = t.layer(r, GroupWhole, b, &m)
		r.num(IGMPSum, uint64(m.Checksum))
		if typ == layers.IGMPMembershipQuery && b[1] == 0 {
			return // of IGMPv1
		}
		r.bytes(GroupAddr, m.GroupAddress)
		if typ == layers.IGMPMembershipQuery {
			r.num(GroupTime, uint64(m.MaxResponseTime))
		}
	default:
		r.pass(IGMPSum, "IGMP type "+decimal(b[0]))
	}
}
