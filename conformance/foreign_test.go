package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
)

// opened is a connection that a script accepts.
const opened = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+0 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
`

// TestScriptOutcomes: what a script can come to, and the one line that says why.
func TestScriptOutcomes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		outcome    report.Outcome
		why        string
	}{
		{"pass", opened + "+0 %{ assert tcpi_state == TCP_ESTABLISHED }%", report.Pass, ""},
		{"figures", opened + "+0 write(4, ..., 1500) = 1500\n+0 > . 1:1001(1000) ack 1\n+0 ioctl(4, SIOCOUTQ, [1500]) = 0\n+.1 < P. 1:51(50) ack 1 win 1000\n+0 ioctl(4, SIOCINQ, [50]) = 0\n" +
			"+0 %{ assert tcpi_unacked == 1 and tcpi_sacked == tcpi_lost == tcpi_retrans == 0\nassert tcpi_snd_cwnd == 10 and tcpi_snd_ssthresh == TCP_INFINITE_SSTHRESH\n" +
			"assert tcpi_snd_mss == 1000 and tcpi_advmss == 1460 and tcpi_snd_wnd == 1000\nassert tcpi_ca_state == TCP_CA_Open and tcpi_retransmits == tcpi_backoff == 0 and tcpi_reordering == 3\n" +
			"assert tcpi_rto == 1000000 and tcpi_options == 0 }%\n* > . 1001:1001(0) ack 51\n* > . 1:1001(1000) ack 51\n+0 %{ assert tcpi_ca_state == TCP_CA_Loss and tcpi_retransmits == 1 and tcpi_rto == 2000000 and tcpi_snd_cwnd == 1 }%", report.Pass, ""},
		{"both forms of our own", "// A request is answered.\n//\n// id: x/y\n// reqs: RFC792:1\n// level: MUST\n// forms: ipv4 ipv6\n// twin: out drop @ \"a reply\"\n\n0 < icmp echo_request\n+0 > icmp echo_reply (0) // a reply", report.Pass, ""},
		{"in the second form", "// id: x/y\n// reqs: RFC792:1\n// level: MUST\n// forms: ipv4 ipv6\n// twin: out drop @ \"a reply\"\n// A title\n\n0 < udp (1)\n+0 > icmp unreachable port_unreachable [...] {ip.ttl=64, ip.len<=56} // a reply", report.Fail,
			"DIR/x.pkt:9: wrong packet: want > icmp unreachable port_unreachable [...] {ip.ttl=64, ip.len<=56}, got "},
		{"wrong packet", opened + "+0 write(4, ..., 5) = 5\n+0 > P. 1:7(6) ack 1", report.Fail, "DIR/x.pkt:9: silent: want > P. 1:7(6) ack 1, got nothing"},
		{"assertion", opened + "+0 %{ assert tcpi_state != 1 }%", report.Fail, "DIR/x.pkt:8: assert tcpi_state != 1: tcpi_state is 1"},
		{"the first to fail", opened + "+0 %{ assert tcpi_state != 1 }%\n+0 > udp (1)", report.Fail, "DIR/x.pkt:8: assert tcpi_state != 1: tcpi_state is 1"},
		{"a packet before code", opened + "+0 > udp (1)\n+0 %{ assert tcpi_state != 1 }%", report.Fail, "DIR/x.pkt:8: silent: want > udp (1), got nothing"},
		{"no such knob", "0 `sysctl net.inet.tcp.mssdflt=800`", report.Fail, "DIR/x.pkt:1: the stack does not offer tcp.default-mss: want `sysctl net.inet.tcp.mssdflt=800`"},
		{"no such option", "0 socket(..., SOCK_STREAM, 0) = 3\n0 getsockopt(3, SOL_TCP, TCP_SYNCNT, [5], [4]) = 0", report.Fail, "DIR/x.pkt:2: the stack does not offer TCP_SYNCNT: want getsockopt(3, SOL_TCP, TCP_SYNCNT, [5], [4]) = 0"},
		{"closed descriptor", opened + "+0 close(4) = 0\n+0 %{ assert tcpi_state != 1 }%", report.Fail, "DIR/x.pkt:9: no tcp.state of descriptor 4: want %{ assert tcpi_state != 1 }%"},
		{"empty", "", report.Pass, ""},
		{"bad line", "0 idle\n 1 idel", report.Fail, "script: DIR/x.pkt:2:4: event: `idel` is neither a call nor idle, wait, link, knob or inspect"},
		{"no such command", "0 `reboot`", report.Fail, "DIR/x.pkt:1: the stack does not offer the command `reboot`: want `reboot`"},
		{"a lack", opened + "+0 setsockopt(4, SOL_TCP, SO_TIMESTAMPING, [1], 4) = 0\n+0 what(4) = 0", report.Fail, "DIR/x.pkt:8: the stack does not offer the option SO_TIMESTAMPING: want setsockopt(4, SOL_TCP, SO_TIMESTAMPING, [1], 4) = 0"},
		{"a packet before a lack", opened + "+0 > udp (1)\n+0 %{\nassert tcpi_foo == 0\n}%", report.Fail, "DIR/x.pkt:8: silent: want > udp (1), got nothing"},
		{"a lack in code", opened + "+0 %{ assert tcpi_state == 1 }%\n+0 %{\nassert tcpi_foo == 0\n}%", report.Fail, "DIR/x.pkt:9: the stack does not offer the figure tcpi_foo: want %{ assert tcpi_foo == 0 }%"},
		{"a lack before the closed list", "0 `nstat | grep TcpExtX`\n0 epoll_create(1) = 3", report.Unsupported, "epoll"},
		{"bad header", "// id: no slug\n\n0 idle", report.Fail, "script: DIR/x.pkt:1:1: id: `no slug` is not a slug such as tcp/close/simultaneous-fin"},
		{"closed list", "0 < S 0:0(0) <FOEXP 0011>", report.Unsupported, "fast open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "x.pkt")
			require.NoError(t, os.WriteFile(file, []byte(c.text), 0o600))
			s := Scripts{Stack: OwnStack, Exec: NewLocal(large.New())}
			r := s.Run(file)
			require.Equal(t, c.outcome, r.Outcome, r.Why)
			why := strings.ReplaceAll(r.Why, dir, "DIR")
			if strings.HasSuffix(c.why, " ") {
				require.True(t, strings.HasPrefix(why, c.why), why)
				return
			}
			require.Equal(t, c.why, why)
			require.NotContains(t, why, "\n")
		})
	}
	r := (&Scripts{Exec: NewLocal(large.New())}).Run("no/such/file.pkt")
	require.Equal(t, report.Fail, r.Outcome)
}

// TestProfiles: what neutral leaves open, strict does not.
func TestProfiles(t *testing.T) {
	const text = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 win 1234 <mss 1460,nop,nop,sackOK,nop,wscale 13>
+0 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
+0 write(4, ..., 900) = 900
+0 > P. 1:301(300) ack 1 win 7
+0 > P. 301:901(600) ack 1 win 8
`
	file := filepath.Join(t.TempDir(), "x.pkt")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	s := Scripts{Exec: NewLocal(large.New())}
	require.Equal(t, report.Fail, s.Run(file).Outcome)
	s.Neutral = true
	r := s.Run(file)
	require.Equal(t, report.Pass, r.Outcome, r.Why)
}

// TestScriptQueues: a connection has the queues that scripts count with, or that they set; a stack without so much
// memory is taken as it is.
func TestScriptQueues(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.pkt")
	run := func(s Scripts, first, window, written string) ScriptResult {
		const rest = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 win WINDOW <mss 1460>
+0 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
+0 fcntl(4, F_SETFL, O_NONBLOCK) = 0
+0 write(4, ..., 262144) = WRITTEN
`
		text := first + strings.ReplaceAll(strings.ReplaceAll(rest, "WINDOW", window), "WRITTEN", written)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return s.Run(file)
	}
	s := Scripts{Exec: NewLocal(large.New())}
	for _, c := range [][3]string{
		{"", "65535", "262144"}, {"`./defaults.sh`\n", "65535", "262144"},
		{"`sysctl -w net.inet.tcp.recvspace=5000; sysctl net.inet.tcp.sendspace=32768`\n", "5000", "32768"},
		{"`sysctl -q net.ipv4.tcp_rmem=\"4096 $((3*1024)) 99999\"`\n", "3072", "262144"},
	} {
		r := run(s, c[0], c[1], c[2])
		require.Equal(t, report.Pass, r.Outcome, r.Why)
	}
	board := new(inproc.Host)
	board.Init(new(inproc.Small), new(inproc.SmallBuffers))
	r := run(Scripts{Exec: NewLocal(board)}, "", "4096", "4096")
	require.Equal(t, report.Pass, r.Outcome, r.Why)
}
