package stack

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestChecksumByDevice: a segment that the device has seen whole is neither verified nor given a checksum; what it cannot
// have verified is.
func TestChecksumByDevice(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.cfg.ChecksumByDevice = true
		h.listen(1)
		frame := h.segment(syn, 0, 0, "twenty bytes of data")
		at := wire.EthernetHeaderLen + headerLen(me)
		frame[at+16] ^= 1
		h.receive(frame)
		answer := h.dev.Sent()
		require.NotNil(t, answer)
		require.Equal(t, []byte{0, 0}, answer[at+16:at+18], "the field is the device's")
		h.dev.Done()
		require.Empty(t, h.drops())

		packet := bytes.Clone(frame[wire.EthernetHeaderLen:])
		h.receive(fragments(packet, 7, 24)...)
		require.Equal(t, map[string]uint64{"drop-tcp-checksum": 1}, h.drops())
		if me.Is6() {
			options := []byte{wire.ProtoTCP, 0, 1, 4, 0, 0, 0, 0}
			behind := ip6Packet(peer, me, 64, wire.ProtoDestOpts, options, packet[wire.IPv6HeaderLen:])
			h.receive(ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, behind))
			require.Equal(t, map[string]uint64{"drop-tcp-checksum": 2}, h.drops())
		}
	})
}

// TestChecksumByDeviceToOurselves: no device sees what we send to ourselves, so it has its checksums.
func TestChecksumByDeviceToOurselves(t *testing.T) {
	h := newLoopHost(t)
	h.now, h.cfg.ChecksumByDevice = time.Hour, true
	_, c := h.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(t, OK, c)
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, me4, 80)
	require.Equal(t, OK, c)
	h.settle()
	require.Equal(t, OK, h.TCPStatus(id))
	require.Empty(t, h.drops())
}
