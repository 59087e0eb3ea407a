package script

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// own is a case of our own, good in all.
const own = `// A request is answered,
// and by one reply.
//
// id: arp/request-answered
// reqs: RFC826:reception:5, RFC9293 MUST-14
// level: MUST
// needs: raw-frame posix
// forms: ipv4
// twin: out arp.sha^1 @ "a reply"

1 < arp request
+0 > arp reply // a reply
+3 idle // one reply is all
`

func TestMeta(t *testing.T) {
	s, err := Parse("x.pkt", []byte(own))
	require.NoError(t, err)
	m, err := s.Meta()
	require.NoError(t, err)
	assert.Equal(t, "A request is answered, and by one reply.", m.Title)
	assert.Equal(t, "arp/request-answered", m.ID)
	assert.Equal(t, []string{"RFC826:reception:5", "RFC9293 MUST-14"}, m.Reqs)
	assert.Equal(t, Must, m.Level)
	assert.Equal(t, []sut.Feature{sut.FeatureRaw}, m.Extra)
	assert.Equal(t, []sut.Personality{sut.POSIX}, m.Personalities)
	assert.Equal(t, []Form{IPv4}, m.Forms)

	c, err := Compile(s, IPv4)
	require.NoError(t, err)
	assert.Equal(t, vm.Fault{Target: 1, Kind: vm.FaultOut, Field: frame.ARPSHA, N: 1}, c.Program.Fault)
	assert.Equal(t, uint8(1<<sut.POSIX), c.Program.Personalities)
	assert.Len(t, c.Program.Events, 4)
	assert.Equal(t, EventInfo{Line: 12, Phrase: "a reply", Text: "> arp reply"}, c.Lines[1])
	assert.Equal(t, vm.End, c.Program.Events[3].Kind)
}

// TestMetaBugs: a case may name several bugs.
func TestMetaBugs(t *testing.T) {
	s, err := Parse("x.pkt", []byte(strings.Replace(own, "// forms:", "// bug: a#1 b-2\n// forms:", 1)))
	require.NoError(t, err)
	m, err := s.Meta()
	require.NoError(t, err)
	assert.Equal(t, []string{"a#1", "b-2"}, m.Bugs)
}

func TestTwins(t *testing.T) {
	for text, want := range map[string]vm.Fault{
		"out tcp.ack+0x10": {Kind: vm.FaultOut, Field: frame.TCPAck, N: 16},
		"out eth.dst^1":    {Kind: vm.FaultOut, Field: frame.EthDst, N: 1},
		"out option mss+1": {Kind: vm.FaultOption, N: 1<<8 | 2},
		"out option TS":    {Kind: vm.FaultOption, N: 8},
		"out drop":         {Kind: vm.FaultDrop},
		"in addresses":     {Kind: vm.FaultInAddresses},
		"out extra":        {Kind: vm.FaultExtra},
		"late 5":           {Kind: vm.FaultTime, N: 5},
		"in tcp.seq=0":     {Kind: vm.FaultIn, Field: frame.TCPSeq},
		"in ip.dst^2":      {Kind: vm.FaultIn, Field: frame.IPDst, N: 2},
		"in good":          {Kind: vm.FaultInGood},
		"in again":         {Kind: vm.FaultInAgain},
		"result+1":         {Kind: vm.FaultResult, N: 1},
		"data":             {Kind: vm.FaultData},
	} {
		var m Meta
		r := metaReader{file: "x", m: &m, seen: map[string]bool{}}
		require.NoError(t, r.line(Pos{1, 1}, "twin", text+` @ "it is so"`), text)
		assert.Equal(t, want, vm.Fault{Kind: m.Twin.Kind, Field: m.Twin.Field, N: m.Twin.N}, text)
		assert.Equal(t, "it is so", m.Twin.Phrase)
	}
}

// TestOwnMistakes replaces one piece of the good case.
func TestOwnMistakes(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"// id: arp/request-answered", "// id: Arp", "4:1: id: `Arp` is not a slug such as tcp/close/simultaneous-fin"},
		{"// level: MUST", "// level: SHALL", "6:1: level: `SHALL` is none of MUST, SHOULD, MAY"},
		{"// level: MUST\n", "", "1:1: header: the case has no `level:` line"},
		{"// level: MUST", "// id: a/b", "6:1: id: stands twice in the header"},
		{"A request is answered,\n// and by one reply.", "", "1:1: header: the case says nothing about itself"},
		{"raw-frame", "raw-frames", "7:1: needs: there is no feature or personality `raw-frames`"},
		{"forms: ipv4", "forms: ipv6 ipv4", "8:1: forms: want `ipv4`, `ipv6` or `ipv4 ipv6`"},
		{"forms: ipv4", "forms: ipx", "8:1: forms: `ipx` is neither ipv4 nor ipv6"},
		{"RFC826:reception:5, ", "RFC826:reception:5,, ", "5:1: reqs: an empty requirement"},
		{`@ "a reply"`, "", "9:1: twin: want FAULT @ \"PHRASE\", got `out arp.sha^1`"},
		{"out arp.sha^1", "out of order", "9:1: twin: `out of order` is none of out FIELD+N, out option NAME+N, out drop, out extra, in FIELD=N, in good, in addresses, in again, result+N, data, late MICROSECONDS"},
		{"out arp.sha^1", "out arp.sha+1", "9:1: twin: an address is changed by `^`, a number is not"},
		{"out arp.sha^1", "out arp.xyz+1", "9:1: twin: there is no field `arp.xyz`"},
		{"out arp.sha^1", "out arp.sha^0", "9:1: twin: 0 changes nothing"},
		{"out arp.sha^1", "out arp.sha^0x100000000", "9:1: twin: `0x100000000` is not a number of 32 bits"},
		{"out arp.sha^1", "out option arp", "9:1: twin: `arp` is no TCP option, or the number is above 24 bits"},
		{"out arp.sha^1", "result+1", "9:1: twin: `result+1` does not fit line 12"},
		{`@ "a reply"`, `@ "a letter"`, "9:1: twin: no line says \"a letter\""},
		{"one reply is all", "a reply", "9:1: twin: lines 12 and 13 both say \"a reply\""},
		{" // a reply", "", "12:1: phrase: the line has none: write behind it in words what it expects, `// ...`"},
		{" // one reply is all", "", "13:1: phrase: the line has none: write behind it in words what it expects, `// ...`"},
	} {
		text := strings.Replace(own, c.from, c.to, 1)
		require.NotEqual(t, own, text, c.from)
		s, err := Parse("x.pkt", []byte(text))
		require.NoError(t, err)
		_, err = Compile(s, IPv4)
		assert.EqualError(t, err, "script: x.pkt:"+c.want)
	}
}
