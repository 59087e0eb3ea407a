package inproc

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// onBoard is a judge of a stack in a board's memory.
func onBoard(t *testing.T) *judge {
	h := new(Host)
	h.Init(new(Small), new(SmallBuffers))
	j := &judge{Host: h, t: t}
	cfg := testConfig()
	require.Equal(t, sut.OK, j.Reset(&cfg))
	return j
}

// queues asks for the lengths of the queues of a new socket.
func (j *judge) queues() (all [2]uint32) {
	j.t.Helper()
	j.socket(90, sut.TypeStream)
	for i, o := range []sut.Option{sut.SoRcvBuf, sut.SoSndBuf} {
		r := sut.Result{}
		require.Equal(j.t, sut.OK, j.Call(&sut.Call{Op: sut.OpGetSockOpt, FD: 90, Option: o}, &r, j))
		all[i] = binary.LittleEndian.Uint32(r.Data)
	}
	require.Equal(j.t, "0 0", j.call(sut.Call{Op: sut.OpClose, FD: 90}))
	return all
}

// TestQueues: a configuration has its queues or is refused, and a refusal does no harm.
func TestQueues(t *testing.T) {
	board, computer := onBoard(t), newJudge(t)
	require.Equal(t, [2]uint32{4096, 4096}, board.queues())
	require.Equal(t, [2]uint32{4096, 4096}, computer.queues())
	for _, c := range []struct {
		rcv, snd uint32
		board    sut.Status
		computer sut.Status
	}{
		{0, 0, sut.OK, sut.OK},
		{1, 1, sut.OK, sut.OK},
		{4096, 4096, sut.OK, sut.OK},
		{4097, 0, sut.Unsupported, sut.OK},
		{0, 4097, sut.Unsupported, sut.OK},
		{1 << 20, 1 << 20, sut.Unsupported, sut.OK},
		{1<<20 + 1, 0, sut.Unsupported, sut.Unsupported},
		{0, math.MaxUint32, sut.Unsupported, sut.Unsupported},
	} {
		want := [2]uint32{4096, 4096}
		if c.rcv != 0 {
			want[0] = c.rcv
		}
		if c.snd != 0 {
			want[1] = c.snd
		}
		cfg := testConfig()
		cfg.RcvBuf, cfg.SndBuf = c.rcv, c.snd
		for j, status := range map[*judge]sut.Status{board: c.board, computer: c.computer} {
			require.Equal(t, status, j.Reset(&cfg), "%+v", c)
			if status == sut.OK {
				require.Equal(t, want, j.queues(), "%+v", c)
				continue
			}
			require.Equal(t, sut.Malformed, j.Advance(0, j), "there is no stack")
		}
	}
}

// TestQueueKnobs: they hold for new connections, and each leaves the other queue as it is.
func TestQueueKnobs(t *testing.T) {
	j := onBoard(t)
	for _, c := range []struct {
		knob  sut.Knob
		value int64
		want  sut.Status
	}{
		{sut.KnobRecvBuffer, 1000, sut.OK},
		{sut.KnobSendBuffer, 2000, sut.OK},
		{sut.KnobSendBuffer, 4097, sut.Unsupported},
		{sut.KnobRecvBuffer, math.MaxInt32, sut.Unsupported},
		{sut.KnobRecvBuffer, 0, sut.Malformed},
		{sut.KnobSendBuffer, -1, sut.Malformed},
		{sut.KnobMostRecv, 1 << 24, sut.OK},
	} {
		require.Equal(t, c.want, j.Knob(c.knob, c.value, j), "%+v", c)
	}
	require.Equal(t, [2]uint32{1000, 2000}, j.queues())
}

// TestMillion: on a computer a call moves all that the queue holds.
func TestMillion(t *testing.T) {
	j := newJudge(t)
	cfg := testConfig()
	cfg.SndBuf = 1 << 20
	require.Equal(t, sut.OK, j.Reset(&cfg))
	j.deliver(arp())
	j.socket(3, sut.TypeStream)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 3, Addr: at4(stackIP, 80)}))
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpListen, FD: 3, Value: 1}))
	j.deliver(j.answer(syn, ""))
	j.deliver(j.answer(ack, ""))
	require.Equal(t, "4 0 from 192.0.2.2:1000", j.call(sut.Call{Op: sut.OpAccept, FD: 3, NewFD: 4}))
	require.Equal(t, "1048576 0", j.call(sut.Call{Op: sut.OpWrite, FD: 4, Data: make([]byte, 1<<20)}))
	require.Regexp(t, "^call", j.call(sut.Call{Op: sut.OpWrite, FD: 4, Data: make([]byte, 1)}))
}

// TestLongDatagrams: on a computer the longest datagram goes out and comes in, in fragments; eight of full size wait.
func TestLongDatagrams(t *testing.T) {
	const longest = 65535 - 20 - 8
	j := newJudge(t)
	j.socket(3, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 3, Addr: at4(stackIP, 7)}))
	for range 8 {
		j.deliver(udp(1, 7, string(make([]byte, 1472))))
	}
	for range 8 {
		require.Contains(t, j.call(sut.Call{Op: sut.OpRecvFrom, FD: 3, Value: 2000}), "1472 0")
	}
	payload := make([]byte, longest)
	for i := range payload {
		payload[i] = byte(i * 7 >> 3)
	}
	for _, f := range fragments(t, payload) {
		j.deliver(f)
	}
	r := sut.Result{}
	require.Equal(t, sut.OK, j.Call(&sut.Call{Op: sut.OpRecvFrom, FD: 3, Value: 1 << 16}, &r, j))
	require.Equal(t, payload, r.Data)

	j.log = nil
	require.Equal(t, "65507 0", j.call(sut.Call{Op: sut.OpSendTo, FD: 3, Data: payload, Addr: at4(peerIP, 1000)}))
	require.GreaterOrEqual(t, len(j.log), 45, "fragments in frames")
}

// fragments cuts a datagram to port 7 as a path for packets of 1500 bytes needs it.
func fragments(t *testing.T, payload []byte) (all [][]byte) {
	t.Helper()
	whole := gopacket.NewPacket(udp(1, 7, string(payload)), layers.LayerTypeEthernet, gopacket.Default)
	eth, ip := whole.Layer(layers.LayerTypeEthernet).(*layers.Ethernet), *whole.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	data := ip.Payload
	for off := 0; off < len(data); off += 1480 {
		end := min(off+1480, len(data))
		part := ip
		part.FragOffset, part.Flags = uint16(off/8), 0
		if end < len(data) {
			part.Flags = layers.IPv4MoreFragments
		}
		b := gopacket.NewSerializeBuffer()
		require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			eth, &part, gopacket.Payload(data[off:end])))
		all = append(all, b.Bytes())
	}
	return all
}

// TestManyConnections: on a computer there are sixteen and more, eight of them with queues.
func TestManyConnections(t *testing.T) {
	j := newJudge(t)
	for fd := range sut.FD(8) {
		j.socket(fd, sut.TypeStream)
		require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: fd, Addr: at4(stackIP, 80+uint16(fd))}))
		require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpListen, FD: fd, Value: 1}))
	}
	for fd := range sut.FD(9) {
		j.socket(20+fd, sut.TypeStream)
		require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpSetNonblock, FD: 20 + fd, Value: 1}))
		want := "-1 EINPROGRESS"
		if fd == 8 {
			want = "-1 ENOBUFS"
		}
		require.Equal(t, want, j.call(sut.Call{Op: sut.OpConnect, FD: 20 + fd, Addr: at4(peerIP, 1000)}))
	}
	j.conns(8)
}
