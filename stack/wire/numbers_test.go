package wire

import (
	"testing"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
)

// TestNumbers holds the assigned numbers against gopacket's, a transcription of the registries by other hands. IPv4
// options it does not have.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		name       string
		got, other []int
	}{
		{"EtherTypes",
			[]int{EtherTypeIPv4, EtherTypeARP, EtherTypeVLAN, EtherTypeIPv6},
			[]int{int(layers.EthernetTypeIPv4), int(layers.EthernetTypeARP), int(layers.EthernetTypeDot1Q), int(layers.EthernetTypeIPv6)}},
		{"protocols",
			[]int{ProtoHopByHop, ProtoICMP, ProtoIGMP, ProtoTCP, ProtoUDP, ProtoRouting},
			[]int{int(layers.IPProtocolIPv6HopByHop), int(layers.IPProtocolICMPv4), int(layers.IPProtocolIGMP),
				int(layers.IPProtocolTCP), int(layers.IPProtocolUDP), int(layers.IPProtocolIPv6Routing)}},
		{"next headers",
			[]int{ProtoFragment, ProtoESP, ProtoAH, ProtoICMPv6, ProtoNone, ProtoDestOpts},
			[]int{int(layers.IPProtocolIPv6Fragment), int(layers.IPProtocolESP), int(layers.IPProtocolAH),
				int(layers.IPProtocolICMPv6), int(layers.IPProtocolNoNextHeader), int(layers.IPProtocolIPv6Destination)}},
		{"IPv4 options, from the copied bit, class and number of RFC 791 3.1",
			[]int{IPv4OptRecordRoute, IPv4OptTimestamp, IPv4OptLooseSource, IPv4OptStrictSource, IPv4OptRouterAlert},
			[]int{7, 2<<5 | 4, 1<<7 | 3, 1<<7 | 9, 1<<7 | 20}},
		{"ARP operations", []int{ARPRequest, ARPReply}, []int{layers.ARPRequest, layers.ARPReply}},
		{"ICMPv4 types",
			[]int{ICMPv4EchoReply, ICMPv4Unreachable, ICMPv4SourceQuench, ICMPv4Redirect, ICMPv4Echo, ICMPv4TimeExceeded, ICMPv4ParamProblem},
			[]int{layers.ICMPv4TypeEchoReply, layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4TypeSourceQuench,
				layers.ICMPv4TypeRedirect, layers.ICMPv4TypeEchoRequest, layers.ICMPv4TypeTimeExceeded, layers.ICMPv4TypeParameterProblem}},
		{"ICMPv4 codes of unreachable",
			[]int{ICMPv4NetUnreachable, ICMPv4HostUnreachable, ICMPv4ProtoUnreachable, ICMPv4PortUnreachable, ICMPv4FragNeeded,
				ICMPv4SourceRoute, ICMPv4NetUnknown, ICMPv4HostUnknown, ICMPv4NetProhibited, ICMPv4HostProhibited, ICMPv4Prohibited},
			[]int{layers.ICMPv4CodeNet, layers.ICMPv4CodeHost, layers.ICMPv4CodeProtocol, layers.ICMPv4CodePort,
				layers.ICMPv4CodeFragmentationNeeded, layers.ICMPv4CodeSourceRoutingFailed, layers.ICMPv4CodeNetUnknown,
				layers.ICMPv4CodeHostUnknown, layers.ICMPv4CodeNetAdminProhibited, layers.ICMPv4CodeHostAdminProhibited,
				layers.ICMPv4CodeCommAdminProhibited}},
		{"ICMPv4 codes of time exceeded",
			[]int{ICMPv4TTLExceeded, ICMPv4ReassemblyExceeded},
			[]int{layers.ICMPv4CodeTTLExceeded, layers.ICMPv4CodeFragmentReassemblyTimeExceeded}},
		{"ICMPv6 types",
			[]int{ICMPv6Unreachable, ICMPv6PacketTooBig, ICMPv6TimeExceeded, ICMPv6ParamProblem, ICMPv6Echo, ICMPv6EchoReply},
			[]int{layers.ICMPv6TypeDestinationUnreachable, layers.ICMPv6TypePacketTooBig, layers.ICMPv6TypeTimeExceeded,
				layers.ICMPv6TypeParameterProblem, layers.ICMPv6TypeEchoRequest, layers.ICMPv6TypeEchoReply}},
		{"IGMP types",
			[]int{IGMPQuery, IGMPv1Report, IGMPv2Report, IGMPLeave, IGMPv3Report},
			[]int{int(layers.IGMPMembershipQuery), int(layers.IGMPMembershipReportV1), int(layers.IGMPMembershipReportV2),
				int(layers.IGMPLeaveGroup), int(layers.IGMPMembershipReportV3)}},
		{"group records",
			[]int{RecordIsExclude, RecordToInclude, RecordToExclude},
			[]int{int(layers.IGMPIsEx), int(layers.IGMPToIn), int(layers.IGMPToEx)}},
		{"MLD types",
			[]int{ICMPv6MLDQuery, ICMPv6MLDReport, ICMPv6MLDDone, ICMPv6MLDv2Report},
			[]int{layers.ICMPv6TypeMLDv1MulticastListenerQueryMessage, layers.ICMPv6TypeMLDv1MulticastListenerReportMessage,
				layers.ICMPv6TypeMLDv1MulticastListenerDoneMessage, layers.ICMPv6TypeMLDv2MulticastListenerReportMessageV2}},
		{"NDP types",
			[]int{ICMPv6RouterSolicit, ICMPv6RouterAdvert, ICMPv6NeighborSolicit, ICMPv6NeighborAdvert, ICMPv6Redirect},
			[]int{layers.ICMPv6TypeRouterSolicitation, layers.ICMPv6TypeRouterAdvertisement, layers.ICMPv6TypeNeighborSolicitation,
				layers.ICMPv6TypeNeighborAdvertisement, layers.ICMPv6TypeRedirect}},
		{"ICMPv6 codes of unreachable",
			[]int{ICMPv6NoRoute, ICMPv6Prohibited, ICMPv6BeyondScope, ICMPv6AddrUnreachable, ICMPv6PortUnreachable, ICMPv6SourcePolicy, ICMPv6RejectRoute},
			[]int{layers.ICMPv6CodeNoRouteToDst, layers.ICMPv6CodeAdminProhibited, layers.ICMPv6CodeBeyondScopeOfSrc,
				layers.ICMPv6CodeAddressUnreachable, layers.ICMPv6CodePortUnreachable, layers.ICMPv6CodeSrcAddressFailedPolicy,
				layers.ICMPv6CodeRejectRouteToDst}},
		{"ICMPv6 codes of time exceeded and parameter problem",
			[]int{ICMPv6HopLimitExceeded, ICMPv6ReassemblyExceeded, ICMPv6BadField, ICMPv6BadNextHeader, ICMPv6BadOption},
			[]int{layers.ICMPv6CodeHopLimitExceeded, layers.ICMPv6CodeFragmentReassemblyTimeExceeded,
				layers.ICMPv6CodeErroneousHeaderField, layers.ICMPv6CodeUnrecognizedNextHeader, layers.ICMPv6CodeUnrecognizedIPv6Option}},
		{"NDP options",
			[]int{NDPSourceLinkAddr, NDPTargetLinkAddr, NDPPrefixInfo, NDPRedirected, NDPMTU},
			[]int{int(layers.ICMPv6OptSourceAddress), int(layers.ICMPv6OptTargetAddress), int(layers.ICMPv6OptPrefixInfo),
				int(layers.ICMPv6OptRedirectedHeader), int(layers.ICMPv6OptMTU)}},
		{"TCP options",
			[]int{optionEnd, optionNOP, TCPOptMSS, TCPOptWScale, TCPOptSACKPermitted, TCPOptSACK, TCPOptTimestamps},
			[]int{layers.TCPOptionKindEndList, layers.TCPOptionKindNop, layers.TCPOptionKindMSS, layers.TCPOptionKindWindowScale,
				layers.TCPOptionKindSACKPermitted, layers.TCPOptionKindSACK, layers.TCPOptionKindTimestamps}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.other, c.got) })
	}
}
