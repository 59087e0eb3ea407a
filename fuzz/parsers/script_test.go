package parsers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var example = regexp.MustCompile("(?ms)^```pkt[a-z0-9 ]*\n(.*?)^```$")

// FuzzScript takes any bytes. The seeds are also every example of the language's description, and scripts of its tests.
func FuzzScript(f *testing.F) {
	for _, b := range ScriptSeeds() {
		f.Add(b)
	}
	for _, pattern := range []string{"../../conformance/LANGUAGE.md", "../../conformance/script/testdata/*.pkt"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.NotEmpty(f, files, pattern)
		for _, name := range files {
			text, err := os.ReadFile(name)
			require.NoError(f, err)
			if filepath.Ext(name) == ".pkt" {
				f.Add(text)
			}
			for _, b := range example.FindAllSubmatch(text, -1) {
				f.Add(b[1])
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { Script(text) })
}

// What TestScripts makes lines of: bodies of packets, what may stand behind them, other actions, and words that are right
// somewhere else.
var (
	bodies = []string{
		"S 0:0(0) win 5 <mss 1460>", "S. 0:0(0) ack 1 <mss mtu>", ". 1:101(100) ack 1", "- 4294967295:0(1)", "UEW. 1:1(0) ack 1 win 10 urg 5",
		"1 > 2 R 0:0(0)", "flow 1 F. 1:1(0) ack 1", "[ttl 1] P. 1:2(1) ack 1 <TS val 1 ecr 2, nop>", "(tos 0x10, ect0) . 1:1(0) ack 1 <eol>",
		". 1:1(0) ack 1 <...>", ". 1:1(0) ack 1 <sack 1:2 3:4, opt 253 04abcd>", ". 1:1(0) ack 1 <TS val ... ecr 1>", "udp (10)", "udp 1 > 2 (0)",
		"icmp echo_request id 7 seq 1 (56)", "icmp unreachable port_unreachable [udp (9)]", "icmp unreachable mtu 1300 [1:2(1)]",
		"icmp packet_too_big mtu 1280 [...]", "arp request", "arp reply", "ns", "na", "eth (46)", "ip (20)", "[options 9e04] udp (1)",
		". 0:0(0)! ack 1", ". ...(10) ack 1", "A5. 1:1(0)", "SEWA 0:0(0)", "P5. 1:11(10) ack 1", ". 1:1(0) ack 1/udp(1 > 9811)",
		". 1:1(0) ack 1 <TS val 1! ecr 5!, wscale *>", "S 0:0(0) <mss 1, md5 00ff, FO 01, FOEXP, exp-tarr 3>", "S 0:0(0) <md5 valid>", "S 0:0(0) <FO COOKIE, nop>", "icmp time_exceeded exceeded_hop_limit [1:1(0)]",
		". 1:1(0) ack 1 <ECN e1b 1 ceb 2, AccECN0 ee0b 1 eceb 2 ee1b 3, exp-AccECN1>", "[dscp CS1, ecn ect0, hlim 3] udp (5)",
		"(class 0x20) [ect01] . 1:1(0) ack 1", "[1:1(0)] icmp unreachable code_4", "icmp type_5 code_1", "[ttl 3] [udp (5)] icmp time_exceeded",
		"ipv4 1.2.3.4 > 5.6.7.8: S 0:0(0)", "ipv6 (hlim 3) fd::1 > fd::2: gre: udp (3)", "mpls (label 1, tc 0, [S], ttl 3): udp (3)",
		". 1:3001(3000) ack 1",
	}
	suffixes = []string{
		"{tcp.sum+=1}", "{ip.src=peer, ip.dst=zero}", "{eth.dst!=solicited(peer)}", "{nd.sll=none}", "{ip.id=$x}", "{ip.id=$x+1}",
		"{udp.len>=7, udp.len<=0x9}", "{tcp.flags&16}", "{arp.tpa=192.0.2.7}", "{nd.target=2001:db8::7}", "data 0102", "truncate 30",
		"pad 60 with 0xaa", "", "", "// a phrase", "/* a\nb */",
	}
	actions = []string{
		"idle", "wait", "link up", "link down", "knob tcp.msl-ms = 5", "inspect drops >= 1", "inspect drops = $y", "inspect tcp.state(4) = FIN-WAIT-1",
		"socket(..., SOCK_DGRAM, 0) = 3", "socket(..., SOCK_STREAM, IPPROTO_TCP) = -1 EMFILE (too many)", "read(3, ..., 5) = 5 // read",
		`write(3, "ab\x00\"", 4) = 4`, "poll([{fd=3, events=POLLIN|POLLOUT}], 1, -1) = 1", "close(3) = 0", "fcntl(3, F_SETFL, O_NONBLOCK) = 0",
		"getsockopt(3, SOL_SOCKET, SO_ERROR, [111], [4]) = ...", "setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0",
		"`sysctl -w net.inet.tcp.blackhole=1; sysctl net.ipv4.tcp_sack=1`", "`sockstat | grep -c TIME_WAIT | grep 1`", "`rm -rf x`",
		"%{ assert tcpi_state == TCP_LISTEN, 'no' }%", "%{ n = 1\nn += 2; assert n == 3 }%", "%{ if tcpi_rto: print(1)\nassert (max(1,\n 2) == 2) # x\n}%", "%{ assert SK_MEMINFO_RCVBUF }%",
		"`nstat | grep TcpExtX`", "`echo 1 > /proc/sys/net/ipv4/tcp_sack # x`", "send(3, ..., 5, MSG_MORE) = 5", "setsockopt(3, SOL_TCP, TCP_INQ, [1], 4) = 0",
		"poll([{fd=3, events=POLLIN, revents=0}, {fd=4, events=POLLIN, revents=POLLIN}], 2, 0) = 1", "inspect tcp.count(TIME-WAIT) = 0",
		"accept(3, ..., ...) = 4", "connect(3, ..., ...) = -1 EINPROGRESS", "ioctl(3, SIOCINQ, [5]) = 0",
		"sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{..., 1}, {..., 2}], msg_flags=0}, 0) = 3", "readv(3, [{..., 5}], 1) = 5",
		"socket(..., SOCK_STREAM|SOCK_NONBLOCK, 0) = 3", "epoll_wait(3, ...) = 0", "recv(3, \"ab\"..., 5, 0) = 5", "read(3, NULL, 5) = -1 EFAULT",
	}
	words = []string{"<", ">", "ack", "1", "0x1f", "...", "S.", "}", "{", "[", "~", "=", "-1", "EAGAIN", "$x", "with", "udp", "f()", "\"a", "%{", "\n", "\n#ifdef STANDARD\n", "\n#ifdef X\n", "\n#else\n", "\n#endif\n", "!", "`"}
	times = []string{"+0", "0.5", "1", "+.1", "*", "+.1~+.2", "1~2"}
)

// drawLine is one line, likely right.
func drawLine(t *rapid.T) string {
	switch rapid.IntRange(0, 19).Draw(t, "kind") {
	case 0:
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 5).Draw(t, "words"), " ")
	case 1, 2, 3, 4, 5, 6:
		return rapid.SampledFrom(times[:4]).Draw(t, "time") + " " + rapid.SampledFrom(actions).Draw(t, "action")
	}
	arrow := rapid.SampledFrom([]string{"<", ">"}).Draw(t, "arrow")
	n := len(times)
	if arrow == "<" {
		n = 4
	}
	return strings.Join([]string{
		rapid.SampledFrom(times[:n]).Draw(t, "time"), arrow, rapid.SampledFrom(bodies).Draw(t, "body"), rapid.SampledFrom(suffixes).Draw(t, "suffix"),
	}, " ")
}

// scriptSights counts what became of scripts: refused, parsed only, or compiled too.
type scriptSights struct{ parsed, compiled, refused int }

// TestScripts draws scripts, most of them right, and counts that all comes of them that can.
func TestScripts(t *testing.T) {
	var seen scriptSights
	rapid.Check(t, seen.propertyScripts)
	if seen.compiled == 0 || seen.parsed == 0 || seen.refused == 0 {
		t.Fatalf("compiled %d, parsed %d, refused %d: the lines no longer make all three", seen.compiled, seen.parsed, seen.refused)
	}
}

func FuzzScripts(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(scriptSights).propertyScripts)) }

func (seen *scriptSights) propertyScripts(t *rapid.T) {
	var b strings.Builder
	for range rapid.IntRange(1, 5).Draw(t, "lines") {
		b.WriteString(drawLine(t))
		b.WriteString(rapid.SampledFrom([]string{"\n", "\n\n", "\n// of the next\n", " "}).Draw(t, "end"))
	}
	p, c := checkScript([]byte(b.String()))
	switch {
	case c:
		seen.compiled++
	case p:
		seen.parsed++
	default:
		seen.refused++
	}
}
