package replay

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/modelled"
	"stackproof/stack/wire"
)

// TestReplay: every turn, over both versions of IP, at both ends, directly and through the driver.
func TestReplay(t *testing.T) {
	ways := map[string]sut.SUT{"directly": large.New(), "through the EMAC": modelled.New()}
	for _, v6 := range []bool{false, true} {
		for name, talk := range talks(v6) {
			conns := talk.conns(t)
			require.Len(t, conns, 1)
			c := conns[0]
			for way, s := range ways {
				for _, asServer := range []bool{true, false} {
					o, err := Replay(c, asServer, s)
					require.NoError(t, err, "%s, %s, server: %v, IPv6: %v", name, way, asServer, v6)
					require.False(t, o.Gap)
					if !c.reset {
						ours, theirs := c.assemble(client), c.assemble(server)
						require.Equal(t, len(ours.data)+len(theirs.data), o.Read+o.Sent, name)
					}
				}
			}
		}
	}
}

// broken is a stack with a fault.
type broken struct {
	sut.SUT
	read func(b []byte) []byte  // what reading gives
	call func(c *sut.Call) bool // whether it gives EAGAIN and does nothing
	hide bool                   // the end of the stream
}

func (b *broken) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	if b.call != nil && b.call(c) {
		*r = sut.Result{Err: sut.EAGAIN, Ret: -1}
		return sut.OK
	}
	s := b.SUT.Call(c, r, out)
	if c.Op == sut.OpRecv && b.hide && r.Err == sut.ENone && r.Ret == 0 {
		*r = sut.Result{Err: sut.EAGAIN, Ret: -1}
	}
	if c.Op == sut.OpRecv && b.read != nil && len(r.Data) > 0 {
		r.Data = b.read(bytes.Clone(r.Data))
		r.Ret = int32(len(r.Data))
	}
	return s
}

// TestFindsFaults: a stack that gives its application other bytes than came, fewer, or more, that does not send what it is
// told to, and that hides the end of a stream.
func TestFindsFaults(t *testing.T) {
	c := talks(false)["a question and an answer"].conns(t)[0]
	for name, x := range map[string]struct {
		s    broken
		want string
	}{
		"another byte": {broken{read: func(b []byte) []byte { b[7] ^= 1; return b }}, "differs from the capture at byte 7 of 3000"},
		"fewer":        {broken{read: func(b []byte) []byte { return b[:1] }}, "differs from the capture"},
		"more":         {broken{read: func(b []byte) []byte { return append(b, 0) }}, "differs from the capture"},
		"no sending":   {broken{call: func(c *sut.Call) bool { return c.Op == sut.OpSend }}, "the stack has sent 1 of the 101 bytes"},
		"no reading":   {broken{call: func(c *sut.Call) bool { return c.Op == sut.OpRecv }}, "the application reads 0 bytes of the 3000"},
		"no end":       {broken{hide: true}, "does not see the end"},
	} {
		t.Run(name, func(t *testing.T) {
			x.s.SUT = large.New()
			_, err := Replay(c, false, &x.s)
			require.ErrorContains(t, err, x.want)
		})
	}
}

// TestFalseBytes: what the stack sends is compared with the capture too.
func TestFalseBytes(t *testing.T) {
	talk := talks(false)["a question and an answer"]
	c := talk.conns(t)[0]
	p := &player{conn: c, own: client}
	p.mine = c.assemble(client)
	p.heard(wire.TCP(talk.segment(client, syn, 0, 0, nil, wire.TCPOpts{})[34:]))
	p.heard(wire.TCP(talk.segment(client, ack, 1, 1, text(0, 100), wire.TCPOpts{})[34:]))
	require.Empty(t, p.wrong)
	p.heard(wire.TCP(talk.segment(client, ack, 11, 1, []byte{0xee}, wire.TCPOpts{})[34:]))
	require.Contains(t, p.wrong, "byte 10 that the stack sends is 0xee, and 0x0a in the capture")
	p.wrong = ""
	p.heard(wire.TCP(talk.segment(client, ack, 101, 1, []byte{1}, wire.TCPOpts{})[34:]))
	require.Contains(t, p.wrong, "sends byte 100 of a stream of 100")
}

// TestGap: where the capture does not carry all, the begin is compared, and it is said.
func TestGap(t *testing.T) {
	talk := newTalk(false)
	talk.greet()
	talk.send(server, ack, 1, 1, text(0, 1000))
	talk.send(server, ack, 2001, 1, text(2000, 1000)) // what was between was not captured
	talk.send(client, ack, 1, 3001, nil)
	talk.part(0, 3000)
	c := talk.conns(t)[0]
	for _, asServer := range []bool{true, false} {
		o, err := Replay(c, asServer, large.New())
		require.NoError(t, err)
		require.True(t, o.Gap)
		if !asServer {
			require.Equal(t, 1000, o.Read)
		}
	}
}
