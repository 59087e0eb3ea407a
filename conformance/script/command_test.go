package script

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

func foreign(t *testing.T, text string, neutral bool) *Compiled {
	t.Helper()
	s, err := Parse("x.pkt", []byte(text))
	require.NoError(t, err)
	m, err := s.Meta()
	require.NoError(t, err)
	c, err := CompileForeign(s, m.Forms[0], neutral)
	require.NoError(t, err)
	return c
}

func TestCommands(t *testing.T) {
	type set = map[sut.Knob]int64
	for text, want := range map[string]set{
		"sysctl -w net.inet.tcp.blackhole=1":                                                                      {sut.KnobBlackhole: 1},
		"sysctl -w net.inet.tcp.blackhole=0":                                                                      {},
		"sysctl net.inet.tcp.blackhole":                                                                           {},
		"sysctl -q net/ipv4/tcp_sack=0 net.ipv4.tcp_timestamps=0":                                                 {sut.KnobSACK: 0, sut.KnobTimestamps: 0},
		"sysctl net.inet.tcp.rfc1323=0":                                                                           {sut.KnobTimestamps: 0, sut.KnobWindowScale: 0},
		"sysctl net.inet.tcp.rfc1323=2":                                                                           {sut.KnobTimestamps: 0},
		"sysctl net.inet.tcp.rfc1323=3":                                                                           {sut.KnobWindowScale: 0},
		"sysctl net.ipv4.tcp_keepalive_time=10":                                                                   {sut.KnobKeepIdle: 10000},
		`sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"`:                                             {sut.KnobRecvBuffer: 540000},
		`sysctl -q net.ipv4.tcp_rmem="4096 $((2*1024)) 99999"`:                                                    {sut.KnobRecvBuffer: 2048},
		"../common/set_sysctls.py /proc/sys/net/ipv4/tcp_ecn=1 \\\n /proc/sys/net/ipv4/tcp_sack=0":                {sut.KnobECN: 1, sut.KnobSACK: 0},
		"./defaults.sh\ntc qdisc replace dev tun0 root fq\n/tmp/sysctl_restore_${PPID}.sh":                        {sut.KnobRecvBuffer: 540000, sut.KnobECN: 0},
		"kldstat -q -m x || kldload x; echo 'a ; sysctl net.inet.tcp.blackhole=1' && true":                        {},
		"ip tcp_metrics flush all > /dev/null 2>&1":                                                               {},
		"sysctl -q net.ipv4.tcp_ecn=1  # fully; enabled\n# sysctl net.ipv4.tcp_sack=0":                            {sut.KnobECN: 1},
		"echo 0 > /proc/sys/net/ipv4/tcp_sack; echo 3 > /sys/module/tcp_cubic/parameters/x":                       {sut.KnobSACK: 0},
		"sudo /sbin/sysctl -w net.inet.tcp.delayed_ack=0 >/dev/null 2>&1":                                         {sut.KnobDelayedACK: 0},
		"sysctl net.inet.tcp.delacktime=40; sysctl net.inet.tcp.cc.algorithm=newreno net.inet.tcp.ecn.plusplus=1": {},
		"nstat -n; nstat > /dev/null; ss -tin; ip -6 route flush cache; cat /proc/net/tcp; netstat -s":            {},
		"sysctl net.inet.tcp.udp_tunneling_port=0; sysctl kern.ipc.maxsockbuf=5":                                  {},
	} {
		got := set{}
		for _, e := range foreign(t, "0 `"+text+"`", false).Program.Events {
			if e.Soft {
				continue
			}
			if e.Kind == vm.Knob {
				got[e.Knob] = e.Value
			} else {
				assert.Equal(t, vm.Wait, e.Kind)
			}
		}
		assert.Equal(t, want, got, text)
	}
}

// TestHabits: a script with settings of a system counts with what that one does by itself, or is told to do. A stack that
// cannot be told is taken as it is.
func TestHabits(t *testing.T) {
	type set = map[sut.Knob]int64
	linux := func(more set) set {
		s := set{
			sut.KnobABC: 255, sut.KnobMinRTO: 200, sut.KnobRTOSlack: 200, sut.KnobMaxRTO: 120000, sut.KnobNeedTimestamps: 0,
			sut.KnobMostRecv: 6 << 20,
		}
		maps.Copy(s, more)
		return s
	}
	freebsd := func(more set) set {
		s := set{sut.KnobABC: 2, sut.KnobMinRTO: 230, sut.KnobRTOSlack: 200, sut.KnobMaxRTO: 64000, sut.KnobMostRecv: 2 << 20, sut.KnobRACK: 0, sut.KnobCUBIC: 0}
		maps.Copy(s, more)
		return s
	}
	for text, want := range map[string]set{
		"./defaults.sh":                               linux(set{sut.KnobMostRecv: 15 << 20}),
		"sysctl net.ipv4.tcp_sack=1":                  linux(nil),
		"sysctl net.ipv4.tcp_rto_min_us=5000":         linux(set{sut.KnobMinRTO: 5, sut.KnobRTOSlack: 5}),
		"sysctl net.ipv4.tcp_rto_max_ms=1000":         linux(set{sut.KnobMaxRTO: 1000}),
		"sysctl net.ipv4.tcp_slow_start_after_idle=0": linux(set{sut.KnobIdleRestart: 0}),
		`sysctl net.ipv4.tcp_rmem="1 131072 300000"`:  linux(set{sut.KnobMostRecv: 300000}),
		"sysctl net.inet.tcp.sack.enable=1":           freebsd(nil),
		"sysctl net.inet.tcp.abc_l_var=44":            freebsd(set{sut.KnobABC: 44}),
		"sysctl net.inet.tcp.rexmit_slop=5":           freebsd(set{sut.KnobRTOSlack: 5}),
		"sysctl net.inet.tcp.tolerate_missing_ts=1":   freebsd(set{sut.KnobNeedTimestamps: 0}),
		"sysctl net.inet.tcp.tolerate_missing_ts=0":   freebsd(nil),
		"sysctl kern.ipc.maxsockbuf=5":                {sut.KnobMostRecv: 5},
		"tc qdisc replace dev tun0 root fq":           {},
	} {
		got := set{}
		for _, e := range foreign(t, "0 `"+text+"`", false).Program.Events {
			if e.Kind == vm.Knob {
				assert.True(t, e.Soft || e.Knob == sut.KnobECN || e.Knob == sut.KnobRecvBuffer, e.Knob)
			}
			if e.Soft {
				got[e.Knob] = e.Value
			}
		}
		assert.Equal(t, want, got, text)
	}
}

// TestSettingsComeAndGo: what is set back is set.
func TestSettingsComeAndGo(t *testing.T) {
	c := foreign(t, "`sysctl net.inet.tcp.blackhole=0`\n1 `sysctl net.inet.tcp.blackhole=1`\n+1 `sysctl net.inet.tcp.blackhole=1`\n+1 `sysctl net.inet.tcp.blackhole=0`", false)
	var values []int64
	for _, e := range c.Program.Events {
		if e.Kind == vm.Knob && !e.Soft {
			values = append(values, e.Value)
		}
	}
	require.Equal(t, []int64{1, 0}, values)
}

func TestProbes(t *testing.T) {
	for text, want := range map[string]struct {
		state int
		check vm.CheckOp
		n     int64
	}{
		"sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1": {10, vm.Equal, 1},
		"sockstat -4 -P tcp -s | grep -c ESTABLISHED | grep ^0$":               {4, vm.Equal, 0},
		"netstat -an | grep SYN_RCVD":                                          {3, vm.AtLeast, 1},
		"ss -tan state FIN-WAIT-1":                                             {5, vm.AtLeast, 1},
		"netstat -an | grep FIN_WAIT2":                                         {6, vm.AtLeast, 1},
		"ss -tan | grep ESTAB":                                                 {4, vm.AtLeast, 1},
		"sockstat | grep -c CLOSED | grep 2":                                   {0, vm.Equal, 2},
		`grep " 0A " /proc/net/tcp /proc/net/tcp6 | grep ":1F90"`:              {1, vm.AtLeast, 1},
	} {
		e := foreign(t, "0 `"+text+"`", false).Program.Events[0]
		assert.Equal(t, vm.Inspect, e.Kind)
		assert.Equal(t, sut.FigTCPCount, e.Figure)
		assert.EqualValues(t, want.state, e.Call.FD, text)
		assert.Equal(t, want.check, e.Check, text)
		assert.Equal(t, want.n, e.Value, text)
	}
}

// TestForeignMistakes: a script that cannot be run says by its place what it lacks; one of the closed list says which.
func TestForeignMistakes(t *testing.T) {
	const tcp = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	for in, want := range map[string][2]string{
		"0 `sysctl net.ipv4.tcp_no_such=2`":                          {"1:3: command: the setting `net.ipv4.tcp_no_such` is not known", ""},
		"0 `(cd x)`":                                                 {"1:3: command: `(cd x)` is not understood", ""},
		"0 %{ for x }%":                                              {"1:3: code: `for x`: want `assert EXPRESSION` or `NAME = EXPRESSION`", ""},
		"0 socket(..., SOCK_STREAM, IPPROTO_SCTP":                    {"", sctp},
		"// what it needs\n--mss=0\n0 idle":                          {"2:1: option: --mss: `0` is not a number from 1 to 65535", ""},
		"0 `sysctl net.inet.tcp.blackhole=x y`":                      {"1:3: command: net.inet.tcp.blackhole: `x` is not a number: `x` has no value", ""},
		"0 `sockstat | grep -c LISTEN | grep many`":                  {"1:3: command: `many` is not a number of connections", ""},
		"0 `sysctl net.ipv4.tcp_fastopen=1`":                         {"1:3: command: fast open is not supported", fastOpen},
		"0 `sysctl net.inet.tcp.udp_tunneling_port=9811`":            {"1:3: command: TCP over UDP is not supported", tunnelled},
		"--udp_encapsulation=tcp\n0 idle":                            {"1:1: option: --udp_encapsulation: TCP over UDP is not supported", tunnelled},
		"--udp_encapsulation=sctp\n0 idle":                           {"1:1: option: --udp_encapsulation: SCTP is not supported", sctp},
		"--psp_udp_port=1000\n0 idle":                                {"1:1: option: --psp_udp_port: PSP is not supported", psp},
		"0 > encap psp spi 23 . 501:501(0) ack 502":                  {"1:5: packet: PSP is not supported", psp},
		"--init_scripts=a/defaults.sh,b/mine.sh\n0 idle":             {"1:1: option: --init_scripts: the init script `b/mine.sh` is not known", ""},
		"0 %{ assert tcpi_rtt == 0 }%":                               {"1:3: code: `tcpi_rtt`: no call has accepted or connected a socket", ""},
		"0 < sctp: ABORT[]":                                          {"", sctp},
		"0 < udplite (1, 1)":                                         {"", ""},
		tcp + "0 sendto(3, ..., 5, MSG_FASTOPEN, ..., ...) = 5":      {"2:21: sendto: fast open is not supported", fastOpen},
		tcp + "0 send(3, ..., 5, MSG_ZEROCOPY) = 5":                  {"2:19: send: zero copy is not supported", zeroCopy},
		tcp + "0 setsockopt(3, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = 0": {"2:29: setsockopt: zero copy is not supported", zeroCopy},
		tcp + "0 recvmsg(3, {msg_iov(2)=[{..., 5}]}, 0) = 5":         {"2:26: recvmsg: want 2 parts, got `[{..., 5}]`", ""},
		tcp + "0 readv(3, [{5}], 1) = 5":                             {"2:13: readv: want {..., LENGTH}, got `{5}`", ""},
		tcp + "0 ioctl(3, FIOASYNC, [1]) = 0":                        {"2:12: ioctl: argument 2: `FIOASYNC` is none of [FIONREAD SIOCINQ SIOCOUTQ TIOCOUTQ SIOCATMARK]", ""},
		"0 pipe([3, 4]) = 0":                                         {"1:3: pipe: splice is not supported", splice},
		"0 open(\"x\", 0) = 3":                                       {"1:3: open: sendfile is not supported", sendfile},
		"0 epoll_wait(3, ...) = 0":                                   {"1:3: epoll_wait: epoll is not supported", epoll},
		"0 psp_tx_assoc(3) = 0":                                      {"1:3: psp_tx_assoc: PSP is not supported", psp},
		"0 sctp_bindx(3) = 0":                                        {"1:3: sctp_bindx: SCTP is not supported", sctp},
		"0 < S 0:0(0) <FO>":                                          {"1:15: tcp option: fast open is not supported", fastOpen},
		"0 < [ect01] S 0:0(0)":                                       {"1:6: ip info: ect01 is for expected packets", ""},
	} {
		var e *Error
		s, err := Parse("x.pkt", []byte(in))
		if err == nil {
			m, cause := s.Meta()
			require.NoError(t, cause)
			_, err = CompileForeign(s, m.Forms[0], false)
		}
		if !assert.ErrorAs(t, err, &e, in) {
			continue
		}
		assert.Equal(t, want[1], e.Unsupported, in)
		if want[0] != "" {
			assert.EqualError(t, err, "script: x.pkt:"+want[0], in)
		}
	}
}
