package stack

import (
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// Counter names one of the stack's counters. Every place that drops a frame, or a packet of our own, has one.
type Counter uint8

const (
	FramesReceived Counter = iota
	FramesSent
	ARPRequestsSent
	ARPRepliesSent
	NDPSolicitsSent
	NDPAdvertsSent
	EchoRepliesSent
	ICMPErrorsSent
	ICMPErrorsReceived
	UDPReceived
	UDPSent
	NeighbourFailures // resolutions that nobody answered
	GroupReportsSent  // of IGMP and MLD
	PacketsLooped     // sent to ourselves
	TCPReceived
	TCPSent
	TCPRetransmitted // segments of which at least a part was sent before
	TCPResetsSent
	TCPBadScale     // SYNs with a window shift above 14, which count as 14 (RFC 7323 2.3)
	TCPMarked       // received with a mark of congestion (RFC 3168 5)
	TCPSlowed       // times that we send less because the peer told of one
	TCPCookiesSent  // SYNs answered without remembering them
	TCPCookiesTaken // connections that such answers have become
	TCPEvicted      // connections that an application had closed, and handshakes, that gave way to others
	Reassembled     // datagrams put together of their fragments
	FragmentsSent   // fragments of datagrams that were longer than their path can carry
	Redirected      // redirects that were followed

	// From here on things are dropped.

	DropLinkDown       // received while the link is down
	DropEthernetShort  // shorter than a header
	DropEthernetSource // from a group or from no address
	DropEthernetOwn    // from our own address: an echo of the link, or a thief
	DropEthernetOther  // to another station
	DropEthernetType   // neither ARP nor IP, or a family that is not configured, or has no address that may be used

	DropARPShort
	DropARPHardware // not Ethernet
	DropARPProtocol // not IPv4
	DropARPSender   // the sender's addresses are no host's
	DropARPConflict // the sender has our address, or wants it as we do
	DropARPOther    // about another host, and of no use
	DropARPOp       // neither request nor reply

	DropIPv4Short
	DropIPv4Version
	DropIPv4HeaderLen
	DropIPv4TotalLen
	DropIPv4Checksum
	DropIPv4Other       // to another host
	DropIPv4LinkGroup   // to us alone, but in a frame for a group
	DropIPv4Source      // from an address that is no host's, or ours
	DropIPv4Fragment    // not reassembled
	DropIPv4SourceRoute // source routed
	DropIPv4Options     // malformed options
	DropIPv4Protocol    // unknown protocol

	DropIPv6Short
	DropIPv6Version
	DropIPv6TotalLen
	DropIPv6Other      // to another host
	DropIPv6Source     // from an address that is no host's, or ours
	DropIPv6Ext        // a broken chain of extension headers, or too long a one
	DropIPv6Option     // an unknown option that says so, or a malformed one
	DropIPv6Routing    // a routing header with segments left
	DropIPv6Fragment   // not reassembled
	DropIPv6NextHeader // unknown next header
	DropIPv6Empty      // no next header

	DropFragmentLength    // a fragment without data, or not the last and no multiple of 8 bytes long
	DropFragmentTooLong   // a fragment beyond 65,535 bytes, or beyond what there is storage for
	DropFragmentHeaders   // a first fragment without all headers (RFC 7112)
	DropFragmentDuplicate // a fragment that was there already
	DropFragmentOverlap   // a fragment of a datagram whose fragments overlap
	DropFragmentECN       // a datagram with a mark of congestion, of whose fragments some say that none is understood
	DropReassemblyEvicted // what there was of a datagram: the storage was needed for a later one
	DropReassemblyTimeout // what there was of a datagram: the rest has not come

	DropIGMPChecksum
	DropGroupInvalid // a message of IGMP or MLD that is malformed, or not from a router of this link
	DropGroupIgnored // one that is of no use to us

	DropICMPShort
	DropICMPChecksum
	DropICMPGroup   // an ICMPv4 echo to a group
	DropICMPIgnored // a message that is of no use to us
	DropICMPQuote   // an error about a packet that we cannot have sent, or cut too short
	DropICMPLimited // an error that we did not send because of the rate limit
	DropRedirect    // a redirect that is not from where we send, or to where no router can be

	DropNDPHopLimit // a router may have forwarded it
	DropNDPInvalid  // invalid otherwise
	DropNDPOther    // about another host, and of no use
	DropNDPConflict // somebody else has our address, or wants it as we do

	DropUDPShort
	DropUDPLength
	DropUDPChecksum
	DropUDPNoChecksum // IPv6 demands one
	DropUDPNoPort     // nobody listens
	DropUDPQueueFull  // the receiver does not keep up

	DropTCPGroup // a segment to a group
	DropTCPShort
	DropTCPHeaderLen
	DropTCPChecksum
	DropTCPOptions   // malformed options
	DropTCPNoConn    // there is neither a connection nor a listener for it
	DropTCPWindow    // it, or its end, lies outside the receive window
	DropTCPRST       // a reset that is not to be believed, or no longer matters
	DropTCPSYN       // a SYN inside a connection
	DropTCPNoAck     // no ACK bit
	DropTCPBadAck    // it acknowledges what was never sent, or what is long past
	DropTCPText      // data behind the peer's FIN, or for an application that has closed
	DropTCPHoles     // data behind one hole more than the connection can remember
	DropTCPIgnored   // neither SYN nor RST where only these mean something
	DropTCPNoStamp   // no timestamps though they were agreed on
	DropTCPOutdated  // a timestamp of the past
	DropTCPBacklog   // a SYN, or the end of a handshake, for a listener with as many connections as it wants
	DropTCPTableFull // the same, and no row or no queues for a connection
	DropTCPUnsent    // a segment of ours, because there is no way to its destination

	DropLoopFull         // our copy of what we sent to a group: there was no room in Storage.Loop
	DropReplyNoBuffer    // an answer, because there was no transmit buffer
	DropReplyNoRoom      // an answer, because it could not wait for the neighbour's address
	DropReplyUnreachable // an answer, because there is no way to its destination
	DropNeighbourNoRoom  // a neighbour's address that we could not take down
	DropWaitingReplaced  // a packet that waited for a neighbour's address: a later one took its place
	DropWaitingFailed    // the neighbour did not answer
	DropWaitingLinkDown  // the link went down
	DropStaged           // what was still to be sent of a datagram in fragments: no way there any more, or our own came

	NumCounters
	firstDrop = DropLinkDown
)

var counterNames = [NumCounters]string{
	FramesReceived:        "frames-received",
	FramesSent:            "frames-sent",
	ARPRequestsSent:       "arp-requests-sent",
	ARPRepliesSent:        "arp-replies-sent",
	NDPSolicitsSent:       "ndp-solicitations-sent",
	NDPAdvertsSent:        "ndp-advertisements-sent",
	EchoRepliesSent:       "echo-replies-sent",
	ICMPErrorsSent:        "icmp-errors-sent",
	ICMPErrorsReceived:    "icmp-errors-received",
	UDPReceived:           "udp-received",
	UDPSent:               "udp-sent",
	NeighbourFailures:     "neighbour-failures",
	GroupReportsSent:      "group-reports-sent",
	PacketsLooped:         "packets-looped",
	TCPReceived:           "tcp-received",
	TCPSent:               "tcp-sent",
	TCPRetransmitted:      "tcp-retransmitted",
	TCPResetsSent:         "tcp-resets-sent",
	TCPBadScale:           "tcp-bad-window-scale",
	TCPMarked:             "tcp-marked",
	TCPSlowed:             "tcp-slowed",
	TCPCookiesSent:        "tcp-cookies-sent",
	TCPCookiesTaken:       "tcp-cookies-taken",
	TCPEvicted:            "tcp-evicted",
	Reassembled:           "reassembled",
	FragmentsSent:         "fragments-sent",
	Redirected:            "redirected",
	DropLinkDown:          "drop-link-down",
	DropEthernetShort:     "drop-ethernet-short",
	DropEthernetSource:    "drop-ethernet-source",
	DropEthernetOwn:       "drop-ethernet-own",
	DropEthernetOther:     "drop-ethernet-other",
	DropEthernetType:      "drop-ethernet-type",
	DropARPShort:          "drop-arp-short",
	DropARPHardware:       "drop-arp-hardware",
	DropARPProtocol:       "drop-arp-protocol",
	DropARPSender:         "drop-arp-sender",
	DropARPConflict:       "drop-arp-conflict",
	DropARPOther:          "drop-arp-other",
	DropARPOp:             "drop-arp-op",
	DropIPv4Short:         "drop-ipv4-short",
	DropIPv4Version:       "drop-ipv4-version",
	DropIPv4HeaderLen:     "drop-ipv4-header-length",
	DropIPv4TotalLen:      "drop-ipv4-total-length",
	DropIPv4Checksum:      "drop-ipv4-checksum",
	DropIPv4Other:         "drop-ipv4-other",
	DropIPv4LinkGroup:     "drop-ipv4-link-group",
	DropIPv4Source:        "drop-ipv4-source",
	DropIPv4Fragment:      "drop-ipv4-fragment",
	DropIPv4SourceRoute:   "drop-ipv4-source-route",
	DropIPv4Options:       "drop-ipv4-options",
	DropIPv4Protocol:      "drop-ipv4-protocol",
	DropIPv6Short:         "drop-ipv6-short",
	DropIPv6Version:       "drop-ipv6-version",
	DropIPv6TotalLen:      "drop-ipv6-payload-length",
	DropIPv6Other:         "drop-ipv6-other",
	DropIPv6Source:        "drop-ipv6-source",
	DropIPv6Ext:           "drop-ipv6-extension",
	DropIPv6Option:        "drop-ipv6-option",
	DropIPv6Routing:       "drop-ipv6-routing",
	DropIPv6Fragment:      "drop-ipv6-fragment",
	DropIPv6NextHeader:    "drop-ipv6-next-header",
	DropIPv6Empty:         "drop-ipv6-empty",
	DropFragmentLength:    "drop-fragment-length",
	DropFragmentTooLong:   "drop-fragment-too-long",
	DropFragmentHeaders:   "drop-fragment-headers",
	DropFragmentDuplicate: "drop-fragment-duplicate",
	DropFragmentOverlap:   "drop-fragment-overlap",
	DropFragmentECN:       "drop-fragment-ecn",
	DropReassemblyEvicted: "drop-reassembly-evicted",
	DropReassemblyTimeout: "drop-reassembly-timeout",
	DropIGMPChecksum:      "drop-igmp-checksum",
	DropGroupInvalid:      "drop-group-invalid",
	DropGroupIgnored:      "drop-group-ignored",
	DropICMPShort:         "drop-icmp-short",
	DropICMPChecksum:      "drop-icmp-checksum",
	DropICMPGroup:         "drop-icmp-group",
	DropICMPIgnored:       "drop-icmp-ignored",
	DropICMPQuote:         "drop-icmp-quote",
	DropICMPLimited:       "drop-icmp-limited",
	DropRedirect:          "drop-redirect",
	DropNDPHopLimit:       "drop-ndp-hop-limit",
	DropNDPInvalid:        "drop-ndp-invalid",
	DropNDPOther:          "drop-ndp-other",
	DropNDPConflict:       "drop-ndp-conflict",
	DropUDPShort:          "drop-udp-short",
	DropUDPLength:         "drop-udp-length",
	DropUDPChecksum:       "drop-udp-checksum",
	DropUDPNoChecksum:     "drop-udp-no-checksum",
	DropUDPNoPort:         "drop-udp-no-port",
	DropUDPQueueFull:      "drop-udp-queue-full",
	DropTCPGroup:          "drop-tcp-group",
	DropTCPShort:          "drop-tcp-short",
	DropTCPHeaderLen:      "drop-tcp-header-length",
	DropTCPChecksum:       "drop-tcp-checksum",
	DropTCPOptions:        "drop-tcp-options",
	DropTCPNoConn:         "drop-tcp-no-connection",
	DropTCPWindow:         "drop-tcp-outside-window",
	DropTCPRST:            "drop-tcp-reset",
	DropTCPSYN:            "drop-tcp-syn",
	DropTCPNoAck:          "drop-tcp-no-ack",
	DropTCPBadAck:         "drop-tcp-bad-ack",
	DropTCPText:           "drop-tcp-text",
	DropTCPHoles:          "drop-tcp-holes",
	DropTCPIgnored:        "drop-tcp-ignored",
	DropTCPNoStamp:        "drop-tcp-no-timestamp",
	DropTCPOutdated:       "drop-tcp-outdated",
	DropTCPBacklog:        "drop-tcp-backlog",
	DropTCPTableFull:      "drop-tcp-table-full",
	DropTCPUnsent:         "drop-tcp-unsent",
	DropLoopFull:          "drop-loop-full",
	DropReplyNoBuffer:     "drop-reply-no-buffer",
	DropReplyNoRoom:       "drop-reply-no-room",
	DropReplyUnreachable:  "drop-reply-unreachable",
	DropNeighbourNoRoom:   "drop-neighbour-no-room",
	DropWaitingReplaced:   "drop-waiting-replaced",
	DropWaitingFailed:     "drop-waiting-failed",
	DropWaitingLinkDown:   "drop-waiting-link-down",
	DropStaged:            "drop-staged",
}

// String returns the name: lower case, words joined by hyphens, "drop-" first where something is dropped.
func (c Counter) String() string {
	if c >= NumCounters {
		return "unknown"
	}
	return counterNames[c]
}

// IsDrop reports whether the counter counts what was dropped.
func (c Counter) IsDrop() bool { return c >= firstDrop && c < NumCounters }

// IsChecksum reports whether it counts what was dropped for a wrong checksum.
func (c Counter) IsChecksum() bool {
	switch c {
	case DropIPv4Checksum, DropIGMPChecksum, DropICMPChecksum, DropUDPChecksum, DropTCPChecksum:
		return true
	}
	return false
}

// Counter returns the value of a counter since Init. Counters run from 0 to NumCounters-1.
func (s *Stack) Counter(c Counter) uint64 {
	if c >= NumCounters {
		return 0
	}
	return s.counts[c]
}

func (s *Stack) count(c Counter) { s.counts[c]++ }

// errCounters says for each reason to refuse a header which counter counts it.
type errCounters [wire.NumErr]Counter

var (
	arpErrors = errCounters{
		wire.ErrShort: DropARPShort, wire.ErrHardware: DropARPHardware, wire.ErrProtocol: DropARPProtocol,
	}
	ipv4Errors = errCounters{
		wire.ErrShort: DropIPv4Short, wire.ErrVersion: DropIPv4Version, wire.ErrHeaderLen: DropIPv4HeaderLen,
		wire.ErrTotalLen: DropIPv4TotalLen, wire.ErrChecksum: DropIPv4Checksum,
	}
	ipv6Errors = errCounters{
		wire.ErrShort: DropIPv6Short, wire.ErrVersion: DropIPv6Version, wire.ErrTotalLen: DropIPv6TotalLen,
	}
	icmpErrors = errCounters{wire.ErrShort: DropICMPShort, wire.ErrChecksum: DropICMPChecksum}
	udpErrors  = errCounters{
		wire.ErrShort: DropUDPShort, wire.ErrTotalLen: DropUDPLength, wire.ErrChecksum: DropUDPChecksum,
		wire.ErrNoChecksum: DropUDPNoChecksum,
	}
	tcpErrors = errCounters{
		wire.ErrShort: DropTCPShort, wire.ErrHeaderLen: DropTCPHeaderLen, wire.ErrChecksum: DropTCPChecksum,
	}
)

// tcpReasons says for each reason to drop a segment which counter counts it.
var tcpReasons = [tcp.NumDrops]Counter{
	tcp.DropClosed: DropTCPNoConn, tcp.DropWindow: DropTCPWindow, tcp.DropRST: DropTCPRST, tcp.DropSYN: DropTCPSYN,
	tcp.DropNoAck: DropTCPNoAck, tcp.DropBadAck: DropTCPBadAck, tcp.DropText: DropTCPText, tcp.DropHoles: DropTCPHoles,
	tcp.DropIgnored: DropTCPIgnored, tcp.DropNoTimestamp: DropTCPNoStamp, tcp.DropOutdated: DropTCPOutdated,
}
