package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// drop is a frame that the stack, which knows the peer, must drop, and without a word unless an option is malformed.
type drop struct {
	name  string
	frame []byte
	want  Counter
}

func testDrops(t *testing.T, drops []drop) {
	t.Helper()
	for _, d := range drops {
		t.Run(d.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(d.frame)
			if d.want != DropIPv4Options { // TestBadOption
				h.wantSent()
			}
			h.wantCount(d.want)
		})
	}
}

// spoil returns a copy of a frame with one byte changed; at counts from the end if it is negative.
func spoil(frame []byte, at int, change func(byte) byte) []byte {
	b := append([]byte(nil), frame...)
	if at < 0 {
		at += len(b)
	}
	b[at] = change(b[at])
	return b
}

func set(v byte) func(byte) byte { return func(byte) byte { return v } }
func flip(b byte) byte           { return b ^ 1 }

// TestEveryDropIsProvoked: no counter of something dropped is without a test that provokes just that.
func TestEveryDropIsProvoked(t *testing.T) {
	provoked := map[Counter]bool{}
	for _, table := range [][]drop{ethernetDrops, arpDrops, ip4Drops, ip6Drops, icmpDrops, ndpDrops, udpDrops, tcpDrops, fragmentDrops, groupDrops} {
		for _, d := range table {
			provoked[d.want] = true
		}
	}
	for _, c := range []Counter{
		DropLinkDown, DropWaitingLinkDown, // TestLinkDown
		DropIPv4Protocol, DropIPv6NextHeader, DropIPv6Option, DropIPv6Routing, DropICMPLimited, // TestICMPErrors ...
		DropUDPNoPort, DropUDPQueueFull, // TestUDP ...
		DropReplyNoBuffer, DropReplyNoRoom, DropReplyUnreachable, DropNeighbourNoRoom, // TestReplies ...
		DropWaitingReplaced, DropWaitingFailed, // TestResolution ...
		DropIPv4Fragment, DropIPv6Fragment, DropFragmentHeaders, DropFragmentDuplicate, DropFragmentOverlap, // TestFragment ...
		DropFragmentECN, DropReassemblyEvicted, DropReassemblyTimeout, DropStaged,
		DropLoopFull,                                                                    // TestMulticastToOurselves
		DropTCPNoConn,                                                                   // TestTCPNoConnection
		DropTCPWindow, DropTCPRST, DropTCPSYN, DropTCPNoAck, DropTCPBadAck, DropTCPText, // TestTCPDropsInAConnection
		DropTCPHoles, DropTCPIgnored, DropTCPNoStamp, DropTCPOutdated, // and TestTCPTimestampDrops
		DropTCPBacklog, DropTCPTableFull, DropTCPUnsent, // TestTCPBacklog, TestTCPEviction, TestTCPUnreachable
	} {
		provoked[c] = true
	}
	for c := range NumCounters {
		require.Equal(t, c.IsDrop(), provoked[c], c.String())
	}
}
