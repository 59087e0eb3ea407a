package stack

import (
	"time"

	"stackproof/stack/wire"
)

// Types of reports by family and version, and of the message that a group was left.
var (
	reportTypes = [2][3]uint8{
		{wire.IGMPv3Report, wire.IGMPv2Report, wire.IGMPv1Report},
		{wire.ICMPv6MLDv2Report, wire.ICMPv6MLDReport, wire.ICMPv6MLDReport},
	}
	leaveTypes = [2]uint8{wire.IGMPLeave, wire.ICMPv6MLDDone}
)

// reportGroups sends the reports of a family that are due. It is false if there is no transmit buffer.
func (s *Stack) reportGroups(now time.Duration, f int) bool {
	if f == groups4 && !s.valid4() || f == groups6 && !s.has6() {
		return true
	}
	s.setVersion(now, f)
	if s.groups[f].version == newestVersion {
		for {
			n, size := s.recordsDue(now, f)
			if n == 0 {
				return true
			}
			if !s.sendRecords(now, f, n, size) {
				return false
			}
		}
	}
	for i := range s.numGroups() {
		if g := s.group(i); g.family() == f && g.due(now) && !s.sendOlder(now, f, g) {
			return false
		}
	}
	return true
}

// recordsDue returns how many groups that are due fit into one report, and the size of their records.
func (s *Stack) recordsDue(now time.Duration, f int) (n, size int) {
	room := int(s.cfg.MTU) - groupHeaderLen(f) - wire.ICMPHeaderLen
	for i := range s.numGroups() {
		g := s.group(i)
		if g.family() != f || !g.due(now) {
			continue
		}
		r := g.record(now)
		if n == mostRecords || size+r.Len() > room {
			break
		}
		n++
		size += r.Len()
	}
	return n, size
}

// record is what is to be told about a group that is due (RFC 3376 5.1, 5.2).
func (g *Group) record(now time.Duration) wire.GroupRecord {
	switch {
	case !g.changeDue(now) && g.asked > 0:
		return wire.GroupRecord{Type: wire.RecordIsInclude, Group: g.addr, Sources: g.sources[:g.asked]}
	case !g.changeDue(now):
		return wire.GroupRecord{Type: wire.RecordIsExclude, Group: g.addr}
	case g.joins == 0:
		return wire.GroupRecord{Type: wire.RecordToInclude, Group: g.addr}
	}
	return wire.GroupRecord{Type: wire.RecordToExclude, Group: g.addr}
}

// sendRecords sends one report of the newest version about the first n groups that are due, whose records take size bytes
// (RFC 3376 4.2, RFC 3810 5.2).
func (s *Stack) sendRecords(now time.Duration, f, n, size int) bool {
	dst := wire.IGMPv3Routers
	if f == groups6 {
		dst = wire.MLDv2Routers
	}
	frame, b := s.beginGroupMessage(f, wire.ICMPHeaderLen+size)
	if frame == nil {
		return false
	}
	at := wire.ICMPFields{Type: reportTypes[f][newestVersion], Rest: uint32(n)}.Put(b)
	for i := 0; n > 0; i++ {
		g := s.group(i)
		if g.family() != f || !g.due(now) {
			continue
		}
		r := g.record(now)
		at += r.Put(b[at:])
		n--
		s.told(now, g, reportInterval)
	}
	s.sendGroupMessage(frame, b, dst)
	return true
}

// sendOlder reports one group to routers that understand nothing newer (RFC 2236 3, RFC 2710 4). That it was left only
// concerns them if nobody else has said since that there are members.
func (s *Stack) sendOlder(now time.Duration, f int, g *Group) bool {
	version := s.groups[f].version
	dst, typ := g.addr, reportTypes[f][version]
	if g.joins == 0 {
		if version == versionWithoutEnd || !g.last {
			g.quiet()
			return true
		}
		dst, typ = wire.AllRouters4, leaveTypes[f]
		if f == groups6 {
			dst = wire.AllRouters6
		}
	}
	n, at := wire.IGMPLen, 4
	if f == groups6 {
		n, at = wire.MLDLen, 8
	}
	frame, b := s.beginGroupMessage(f, n)
	if frame == nil {
		return false
	}
	wire.ICMPFields{Type: typ}.Put(b)
	g.addr.Put(b[at:])
	if g.joins == 0 {
		g.reports = 1 // it is told once
	}
	s.told(now, g, reportInterval1)
	s.sendGroupMessage(frame, b, dst)
	return true
}

// told notes that what was due about a group has been told.
func (s *Stack) told(now time.Duration, g *Group, interval time.Duration) {
	g.last = true
	if g.answer.set && now >= g.answer.time {
		g.answer, g.asked = deadline{}, 0
	}
	if !g.changeDue(now) {
		return
	}
	g.fresh = false
	g.reports--
	g.change = now + s.responseTime(interval)
	if g.reports == 0 && g.joins == 0 {
		*g = Group{}
	}
}

// The header before a message about groups has a router alert (RFC 3376 4, RFC 3810 5).
func groupHeaderLen(f int) int {
	if f == groups6 {
		return wire.IPv6HeaderLen + 8
	}
	return wire.IPv4HeaderLen + 4
}

// beginGroupMessage makes room for a message of n bytes, nil if there is no transmit buffer.
func (s *Stack) beginGroupMessage(f, n int) (frame, b []byte) {
	h := groupHeaderLen(f)
	frame = s.reserve(h + n)
	if frame == nil {
		return nil, nil
	}
	return frame, frame[wire.EthernetHeaderLen+h:][:n]
}

// sendGroupMessage completes a message with its headers. A tentative address is no source (RFC 3810 5.2.13).
func (s *Stack) sendGroupMessage(frame, b []byte, dst wire.Addr) {
	ip, typ := frame[wire.EthernetHeaderLen:], uint16(wire.EtherTypeIPv4)
	n := len(b)
	if dst.Is6() {
		src := s.own6[0]
		if !s.isOwn6(src) {
			src = wire.Any6
		}
		wire.ICMPv6(b).SetChecksum(src, dst)
		n += wire.PutHopByHopRouterAlert(ip[wire.IPv6HeaderLen:], wire.ProtoICMPv6)
		n += wire.IPv6Fields{PayloadLen: uint16(n), NextHeader: wire.ProtoHopByHop, HopLimit: 1, Src: src, Dst: dst}.Put(ip)
		typ = wire.EtherTypeIPv6
	} else {
		const networkControl = 0xc0 // RFC 3376 4
		wire.IGMP(b).SetChecksum()
		n += wire.PutIPv4RouterAlert(ip[wire.IPv4HeaderLen:])
		n += wire.IPv4HeaderLen
		wire.IPv4Fields{
			OptionsLen: 4, TOS: networkControl, TotalLen: uint16(n), DF: true, TTL: 1, Protocol: wire.ProtoIGMP,
			Src: s.cfg.IPv4.Addr, Dst: dst,
		}.Put(ip)
	}
	s.send(frame, n, wire.MulticastMAC(dst), typ)
	s.count(GroupReportsSent)
}
