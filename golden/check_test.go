package golden

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// conversation writes a capture of one TCP connection, in which the client says a and the server b.
func conversation(t testing.TB, a, b string) []byte {
	var file bytes.Buffer
	w, err := pcapgo.NewNgWriter(&file, layers.LinkTypeEthernet)
	require.NoError(t, err)
	at := time.Unix(1_700_000_000, 0)
	src, dst := wire.IPv4(10, 0, 0, 1), wire.IPv4(10, 0, 0, 2)
	send := func(fromClient bool, f wire.TCPFields, data string) {
		at = at.Add(time.Millisecond)
		x, y := src, dst
		f.SrcPort, f.DstPort, f.Window = 40000, 80, 60000
		if !fromClient {
			x, y, f.SrcPort, f.DstPort = dst, src, 80, 40000
		}
		p := make([]byte, 54+len(data))
		n := wire.EthernetFields{Dst: wire.MAC{2}, Src: wire.MAC{4}, Type: wire.EtherTypeIPv4}.Put(p)
		n += wire.IPv4Fields{TotalLen: uint16(len(p) - 14), TTL: 64, Protocol: wire.ProtoTCP, Src: x, Dst: y}.Put(p[n:])
		s := wire.TCP(p[n:])
		copy(s[f.Put(s):], data)
		s.SetChecksum(x, y)
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(p), Length: len(p)}, p))
	}
	la, lb := uint32(len(a)), uint32(len(b))
	const ack, fin, syn = wire.FlagACK, wire.FlagFIN, wire.FlagSYN
	send(true, wire.TCPFields{Seq: 100, Flags: syn}, "")
	send(false, wire.TCPFields{Seq: 500, Ack: 101, Flags: syn | ack}, "")
	send(true, wire.TCPFields{Seq: 101, Ack: 501, Flags: ack}, a)
	send(false, wire.TCPFields{Seq: 501, Ack: 101 + la, Flags: ack}, b)
	send(true, wire.TCPFields{Seq: 101 + la, Ack: 501 + lb, Flags: ack | fin}, "")
	send(false, wire.TCPFields{Seq: 501 + lb, Ack: 102 + la, Flags: ack | fin}, "")
	send(true, wire.TCPFields{Seq: 102 + la, Ack: 502 + lb, Flags: ack}, "")
	require.NoError(t, w.Flush())
	return file.Bytes()
}

// checker is made once: its stacks have much memory.
var checker = sync.OnceValues(NewChecker)

func check(t testing.TB, file []byte, decodeOnly bool) *Report {
	c, err := checker()
	require.NoError(t, err)
	c.DecodeOnly = decodeOnly
	r, err := c.Capture(context.Background(), bytes.NewReader(file), "x")
	require.NoError(t, err)
	return r
}

func TestCapture(t *testing.T) {
	file := conversation(t, "a question", "and its answer")
	r := check(t, file, false)
	require.NoError(t, r.Err())
	require.EqualValues(t, 7, r.Frames)
	require.EqualValues(t, 7, r.Sound)
	require.EqualValues(t, 1, r.Connections)
	require.EqualValues(t, 4, r.Replays)
	require.EqualValues(t, 4*24, r.Stream)
	require.EqualValues(t, 7, r.Driven)
	require.Greater(t, r.Throws, int64(7*20))
	require.Len(t, r.Digest, 64)

	r = check(t, file, true)
	require.NoError(t, r.Err())
	require.Zero(t, r.Connections+r.Throws)

	r = check(t, file[:len(file)-5], false)
	require.ErrorContains(t, r.Err(), "at byte ")
	require.EqualValues(t, 6, r.Frames, "what stands before the cut is verified")

	c, err := checker()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = c.Capture(ctx, bytes.NewReader(file), "x")
	require.ErrorIs(t, err, context.Canceled)
}

// TestHold: an own capture must be what is written of it, byte for byte.
func TestHold(t *testing.T) {
	file := conversation(t, "a", "bc")
	good := check(t, file, false).Found()
	line := fmt.Sprintf("x.pcapng\t7\t%d\tdate\twho\twhat\ttcp=7", len(file))
	for name, c := range map[string]struct{ line, checked, want string }{
		"all as it is":    {line, good, ""},
		"no line":         {"", good, "no line in index.txt"},
		"another line":    {"x.pcapng some", good, "has 1 fields"},
		"frames":          {strings.Replace(line, "7", "8", 1), good, "frames=7, and index.txt says 8"},
		"length":          {"x.pcapng\t7\t1\t", good, "bytes, and index.txt says 1"},
		"not checked":     {line, "", "no line in checked.txt"},
		"connections":     {line, strings.Replace(good, "connections=1", "connections=2", 1), "checked.txt says connections=2: found connections=1"},
		"a protocol more": {line, strings.Replace(good, "tcp=7 ", "", 1), "checked.txt says sha256="},
		"more":            {line, good + " arp=1", "checked.txt says arp=1: found"},
		"less":            {line, good[:strings.Index(good, " sha256")], "checked.txt does not say sha256="},
	} {
		r := check(t, file, false)
		(&Entry{"x.pcapng", c.line, c.checked, file}).Hold(r)
		if c.want == "" {
			require.NoError(t, r.Err(), name)
		} else {
			require.ErrorContains(t, r.Err(), c.want, name)
		}
	}
	// A byte that is falsified is found, wherever it is.
	for i := range file {
		b := bytes.Clone(file)
		b[i] ^= 0x10
		r := check(t, b, true)
		(&Entry{"x.pcapng", line, good, b}).Hold(r)
		require.Error(t, r.Err(), "byte %d", i)
	}
}

func TestEntries(t *testing.T) {
	all, err := entries(fstest.MapFS{
		"index.txt":   {Data: []byte("# words\n\nb.pcapng\t2\t1\nc.pcap\t3\n")},
		"checked.txt": {Data: []byte("# words\nb.pcapng  frames=2 sound=2\n")},
		"a.pcap":      {Data: []byte("a")}, "b.pcapng": {Data: []byte("b")}, "notes.md": {},
	})
	require.NoError(t, err)
	require.Equal(t, []Entry{{"a.pcap", "", "", []byte("a")}, {"b.pcapng", "b.pcapng\t2\t1", "frames=2 sound=2", []byte("b")}, {"c.pcap", "c.pcap\t3", "", nil}}, all)
	_, err = entries(fstest.MapFS{"index.txt": {Data: []byte("a\na\n")}})
	require.ErrorContains(t, err, "index.txt: a is there twice")
	dir := t.TempDir()
	require.NoError(t, Update(dir, map[string]string{"b": "frames=2", "a": "frames=1"}))
	all, err = entries(os.DirFS(dir))
	require.NoError(t, err)
	require.Equal(t, []Entry{{File: "a", Checked: "frames=1"}, {File: "b", Checked: "frames=2"}}, all)
	require.ErrorContains(t, Update(dir+"/none", nil), "golden: open ")
	here, err := os.Getwd()
	require.NoError(t, err)
	folder, err := Folder(here)
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(folder, Index))
	_, err = Folder(dir)
	require.ErrorContains(t, err, "is not in it")
}

// TestOwn: all own captures pass.
func TestOwn(t *testing.T) {
	all, err := Own()
	require.NoError(t, err)
	c, err := checker()
	require.NoError(t, err)
	c.DecodeOnly = false
	for i := range all {
		e := &all[i]
		t.Run(e.File, func(t *testing.T) {
			r, err := c.Capture(t.Context(), bytes.NewReader(e.Data), e.File)
			require.NoError(t, err)
			e.Hold(r)
			require.NoError(t, r.Err())
		})
	}
}
