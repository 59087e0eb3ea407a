package script

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkText holds a text to what the parser promises of any: one *Error with a place in the text, or a tree that
// prints to text which is its own printout; and a tree compiles, or is refused by an *Error too.
func checkText(t interface {
	Fatalf(string, ...any)
	Helper()
}, text string) (parsed, compiled bool) {
	t.Helper()
	s, err := Parse("x.pkt", []byte(text))
	if err != nil {
		checkError(t, text, err)
		return false, false
	}
	printed := s.String()
	again, err := Parse("x.pkt", []byte(printed))
	if err != nil {
		t.Fatalf("%q parses, but its printout does not: %v\n%s", text, err, printed)
	}
	if twice := again.String(); twice != printed {
		t.Fatalf("%q prints as\n%s\nand that as\n%s", text, printed, twice)
	}
	for _, form := range []Form{IPv4, IPv6} {
		for _, neutral := range []bool{false, true} {
			c, err := CompileForeign(s, form, neutral)
			switch {
			case err != nil:
				checkError(t, text, err)
			case len(c.Lines) != len(c.Program.Events) || c.Lack != nil && c.Lack.Event != len(c.Lines):
				t.Fatalf("%q: %d lines, %d events, a lack %v", text, len(c.Lines), len(c.Program.Events), c.Lack)
			default:
				c.RunCode(map[int]int64{}, len(c.Program.Events))
			}
		}
		first, err := Compile(s, form)
		if err != nil {
			checkError(t, text, err)
			continue
		}
		compiled = true
		second, err := Compile(again, form)
		if err != nil {
			t.Fatalf("%q compiles, but its printout does not: %v\n%s", text, err, printed)
		}
		a, b := fmt.Sprintf("%+v", first.Program), fmt.Sprintf("%+v", second.Program)
		if a != b {
			t.Fatalf("%q compiles to\n%s\nbut its printout to\n%s", text, a, b)
		}
	}
	return true, compiled
}

func checkError(t interface {
	Fatalf(string, ...any)
	Helper()
}, text string, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: an error that is none of ours: %v", text, err)
	}
	lines := strings.Split(text, "\n")
	if e.Pos.Line < 1 || e.Pos.Line > len(lines) || e.Pos.Col < 1 || e.Pos.Col > len(lines[e.Pos.Line-1])+1 {
		t.Fatalf("%q: %v is not in the text", text, err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Fatalf("%q: the error has more than one line: %v", text, err)
	}
}

// FuzzScript takes any bytes. The seeds are all cases, and every example of the language's description.
func FuzzScript(f *testing.F) {
	for _, pattern := range []string{"../cases/*/*.pkt", "../cases/*/*/*.pkt", "../LANGUAGE.md", "testdata/*.pkt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if filepath.Ext(name) == ".pkt" {
				f.Add(string(text))
			}
			for _, b := range example.FindAllStringSubmatch(string(text), -1) {
				f.Add(b[2])
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) { checkText(t, text) })
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

// TestScripts draws scripts, most of them right, and counts that all comes of them that can.
func TestScripts(t *testing.T) {
	parsed, compiled, refused := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			b.WriteString(drawLine(t))
			b.WriteString(rapid.SampledFrom([]string{"\n", "\n\n", "\n// of the next\n", " "}).Draw(t, "end"))
		}
		p, c := checkText(t, b.String())
		switch {
		case c:
			compiled++
		case p:
			parsed++
		default:
			refused++
		}
	})
	if compiled == 0 || parsed == 0 || refused == 0 {
		t.Fatalf("compiled %d, parsed %d, refused %d: the lines no longer make all three", compiled, parsed, refused)
	}
}
