package build

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/script"
	"stackproof/conformance/vm/asm"
)

// inWindow is the case tcp/reset/in-window, written in Go.
func inWindow() *Case {
	c := New("tcp/reset/in-window", "A reset elsewhere in the window may be anybody's: it is answered by a challenge ACK, and the connection stays.").
		Reqs("RFC9293:3.10.7.4:5", "RFC5961:3.2:2").Level(script.Must).Bug("smoltcp#29").Forms(script.IPv4, script.IPv6).
		Twin("in tcp.seq=1", "a challenge ACK asks who it was")
	c.At(0).Do("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3")
	c.At(0).Do("bind(3, ..., ...) = 0")
	c.At(0).Do("listen(3, 1) = 0")
	c.After(time.Second).In(TCP("S", 0, 0).Win(65535).Options("mss 1460"))
	c.Out(TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
	c.After(time.Second / 10).In(TCP(".", 1, 0).Ack(1).Win(65535))
	c.Line("accept(3, ..., ...) = 4", "the connection is open")

	c.After(time.Second / 10).In(TCP("R", 101, 0))
	c.Out(TCP(".", 1, 0).Ack(1), "a challenge ACK asks who it was")
	c.Do("write(4, ..., 100) = 100")
	c.Out(TCP("P.", 1, 100).Ack(1), "the connection is still there")
	c.After(time.Second / 10).In(TCP(".", 1, 0).Ack(101).Win(65535))
	return c
}

// TestSameProgram: what is built is, to the byte, what the text gives.
func TestSameProgram(t *testing.T) {
	const file = "../tcp/reset/in-window.pkt"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	want, err := script.Parse(file, text)
	require.NoError(t, err)
	got, err := inWindow().Script()
	require.NoError(t, err)

	wantMeta, err := want.Meta()
	require.NoError(t, err)
	gotMeta, err := got.Meta()
	require.NoError(t, err)
	wantMeta.Twin.Pos, gotMeta.Twin.Pos = script.Pos{}, script.Pos{}
	require.Equal(t, wantMeta, gotMeta)
	for _, form := range wantMeta.Forms {
		require.Equal(t, program(t, want, form), program(t, got, form))
	}
	require.Equal(t, strings.ReplaceAll(string(text), "\n\n", "\n"), strings.ReplaceAll(got.String(), "\n\n", "\n"))
}

func program(t *testing.T, s *script.Script, form script.Form) []byte {
	out, err := script.Compile(s, form)
	require.NoError(t, err)
	b, err := asm.Encode(&out.Program)
	require.NoError(t, err)
	return b
}

// opened opens a connection on behalf of its caller.
func opened(c *Case) {
	Helper()
	c.After(time.Second).In(TCP("S", 0, 0).Win(65535))
	c.Out(TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
}

// TestPlaces: each event knows the line of Go that wrote it, or that called the helper that did.
func TestPlaces(t *testing.T) {
	here := caller("")
	c := New("a/b", "It is so.")
	opened(c)
	c.Idle(time.Second, "silence")
	s, err := c.Script()
	require.NoError(t, err)
	require.Equal(t, "conformance/cases/build/build_test.go", s.File)
	require.Equal(t, here.line+1, s.Header[0].Pos.Line)
	var lines []int
	for _, e := range s.Events {
		lines = append(lines, e.Pos.Line-here.line)
	}
	require.Equal(t, []int{2, 2, 3}, lines)
}

// TestMistake: the parser's error names the line of Go.
func TestMistake(t *testing.T) {
	here := caller("")
	c := New("a/b", "It is so.")
	c.Do("close(3) = 0").Do("clos(")
	_, err := c.Script()
	var e *script.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, script.Pos{Line: here.line + 2, Col: 1}, e.Pos)
	require.Equal(t, "conformance/cases/build/build_test.go", e.File)
}

// TestPacket: the methods say what the language says, and leave the packet that they begin with as it was.
func TestPacket(t *testing.T) {
	syn := TCP("S", 0, 0).Win(1000).With("ip.ttl=1")
	two := syn.With("ip.tos=4").Flow(1).IP("options 01").Options("mss 1460, nop")
	assert.Equal(t, "S 0:0(0) win 1000 {ip.ttl=1}", syn.String())
	assert.Equal(t, "flow 1 [options 01] S 0:0(0) win 1000 <mss 1460, nop> {ip.ttl=1, ip.tos=4}", two.String())
	assert.Equal(t, "P. 1:3(2) ack 5 data 0102", TCP("P.", 1, 2).Ack(5).Data([]byte{1, 2}).String())
	assert.Equal(t, "udp (4) {udp.len=7}", Text("udp (4)").With("udp.len=7").String())
}

func TestWrapped(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for _, line := range wrapped(long) {
		assert.LessOrEqual(t, len(line), 117)
	}
	assert.Equal(t, strings.TrimSpace(long), strings.Join(wrapped(long), " "))
}
