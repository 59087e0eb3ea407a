//go:build linux

package record

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"stackproof/golden"
)

// most is how many bytes the own captures may have together.
const most = 1500 << 10

// TestOwnCaptures: each scenario has its capture and each capture its scenario, what a scenario promises is in it and in
// the index, none is too long, and nothing of a machine is in any.
func TestOwnCaptures(t *testing.T) {
	scenarios := map[string]*Scenario{}
	for _, s := range All() {
		scenarios[s.Name+".pcapng"] = s
	}
	require.Greater(t, len(scenarios), 40)
	index := map[string]Entry{}
	lines, err := ReadIndex(filepath.Join("..", "captures"))
	require.NoError(t, err)
	for _, e := range lines {
		index[e.File] = e
	}
	own, err := golden.Own()
	require.NoError(t, err)
	total := 0
	for _, e := range own {
		t.Run(e.File, func(t *testing.T) {
			total += len(e.Data)
			require.LessOrEqual(t, len(e.Data), maxCapture)
			s := scenarios[e.File]
			require.NotNil(t, s, "no scenario makes it")
			delete(scenarios, e.File)
			frames, comment := readBack(t, e.Data)
			seen := look(frames)
			require.Empty(t, seen.lacks(s.shows))
			line := index[e.File]
			require.Equal(t, seen.String(), line.Shows)
			require.Equal(t, s.About, line.About)
			require.True(t, strings.HasPrefix(comment, s.Name+": "+s.About+". Linux "), comment)
			require.True(t, strings.HasSuffix(comment, line.Who+", "+line.Date), comment)
			for i, f := range frames {
				anonymous(t, i+1, f.bytes, seen.count["badsum"] > 0)
			}
		})
	}
	require.Empty(t, scenarios, "these have no capture")
	require.LessOrEqual(t, total, most)
}

// readBack reads a capture with a reader that is not ours.
func readBack(t *testing.T, file []byte) (frames []frame, comment string) {
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	for {
		b, info, err := r.ReadPacketData()
		if err != nil {
			break
		}
		if len(frames) == 0 {
			require.Zero(t, info.Timestamp.UnixNano(), "time begins with the first frame")
		}
		frames = append(frames, frame{bytes: b})
	}
	return frames, r.SectionInfo().Comment
}

// ours are the addresses that a capture may have: those for documentation, and what is no host's.
var ours = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("255.255.255.255/32"), netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("fe80::ff:fe00:0/112"), netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("ff00::/8"),
}

// anonymous fails for an address that is not made up. Where the wire has inverted bits an address may be any.
func anonymous(t *testing.T, number int, b []byte, damaged bool) {
	if damaged {
		return
	}
	p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.NoCopy)
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *layers.Ethernet:
			require.NotZero(t, l.SrcMAC[0]&2, "frame %d: %v is not administered locally", number, l.SrcMAC)
			require.NotZero(t, l.DstMAC[0]&3, "frame %d: %v is neither a group nor administered locally", number, l.DstMAC)
		case *layers.IPv4:
			require.True(t, known(l.SrcIP) && known(l.DstIP), "frame %d: %v to %v", number, l.SrcIP, l.DstIP)
		case *layers.IPv6:
			require.True(t, known(l.SrcIP) && known(l.DstIP), "frame %d: %v to %v", number, l.SrcIP, l.DstIP)
		}
	}
	for _, word := range []string{"/tmp/", "/work", "/root", "/home", "stackproof-record"} {
		require.False(t, bytes.Contains(b, []byte(word)), "frame %d has %s in it", number, word)
	}
}

func known(ip []byte) bool {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return false
	}
	for _, p := range ours {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
