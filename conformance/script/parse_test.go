package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPrint parses text and looks at what the printer makes of it: "" is the text itself.
func TestPrint(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"absolute", "0.3 idle", ""},
		{"decimals", ".100000 idle", "0.1 idle"},
		{"relative", "+0.1 idle", "+.1 idle"},
		{"any", "* > . 1:1(0) ack 1", ""},
		{"range", "1~1.2 > . 1:1(0) ack 1", ""},
		{"relative range", "+.1~+.2 > . 1:1(0) ack 1", ""},
		{"syn", "+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>", "+0 < S 0:0(0) win 32792 <mss 1000, sackOK, nop, nop, nop, wscale 7>"},
		{"options open", "+0 > S. 0:0(0) ack 1 <...>", ""},
		{"options partly open", "+0 > S. 0:0(0) ack 1 <mss ..., TS val 1 ecr 2, ...>", ""},
		{"sack", "+0 > . 1:1(0) ack 1 <nop, nop, sack 1:2 5:9>", ""},
		{"raw option", "+0 < S 0:0(0) win 1 <opt 253 04abcd, eol>", ""},
		{"no flags", "+0 < - 1:2(1) win 5 urg 3", ""},
		{"ip info", "+0 < (tos 0x10, ttl 64) . 1:1(0) ack 1 win 1", "+0 < [tos 0x10, ttl 64] . 1:1(0) ack 1 win 1"},
		{"ecn", "+0 > [ect0] P. 1:11(10) ack 1", ""},
		{"ports", "+0 < flow 2 1234 > 80 S 0:0(0) win 1", ""},
		{"wrap", "+0 < . 4294967295:0(1) ack 1 win 1", ""},
		{"counter of AccECN", "+0 > [ect0] .5 1:1(0) ack 1 <ECN e1b 1 ceb 0 e0b 1,nop>", "+0 > [ect0] .5 1:1(0) ack 1 <AccECN1 ee1b 1 eceb 0 ee0b 1, nop>"},
		{"counter and a flag", "+0 > P.5 1:2(1) ack 1", ""},
		{"counter before ACK", "+0 < 5. 1:1(0)", ""},
		{"not relative", "+0 > R. 0:0(0)! ack 1", ""},
		{"anywhere", "+0 > F. ...(0) ack 1", ""},
		{"stamps that are not relative", "+0 < . 1:1(0) <TS val 1! ecr 5!>", ""},
		{"any scale", "+0 > S 0:0(0) <wscale *>", "+0 > S 0:0(0) <wscale ...>"},
		{"raw options", "+0 < S 0:0(0) <md5 valid, FO, exp-FO 0102, exp - tarr 5>", "+0 < S 0:0(0) <md5 valid, FO, FOEXP 0102, exp-tarr 5>"},
		{"tunnel", "+0 > . 1:1(0) <nop>/udp(1 > 9811)", ""},
		{"parts of the octet", "+0 < (dscp CS1 , ecn ect0) [hlim 3] . 1:1(0)", "+0 < [dscp 0x8, ect0, hlim 3] . 1:1(0)"},
		{"quoted before", "+0 < [1:1(0)] icmp unreachable packet_filtered", "+0 < icmp unreachable packet_filtered [1:1(0)]"},
		{"quoted before, with marks", "+0 < [ttl 3] [udp (5)] icmp time_exceeded", "+0 < [ttl 3] icmp time_exceeded [udp (5)]"},
		{"gre", "+0 < ipv4 2.2.2.2 > 1.1.1.1 : gre flags 0xb000, sum 511, off 1023: udp (1)", "+0 < ipv4 2.2.2.2 > 1.1.1.1: gre flags 0xb000 , sum 511 , off 1023: udp (1)"},
		{"ipv6 and mpls", "+0 < ipv6 2::2222 > 1::1111: mpls (label 0, tc 0, ttl 0) (label 7, tc 7, [S], ttl 9): udp (1)", "+0 < ipv6 2::2222 > 1::1111: mpls ( label 0 , tc 0 , ttl 0 ) ( label 7 , tc 7 , [ S ] , ttl 9 ): udp (1)"},
		{"command", "0 `sysctl -w a=1; b`", ""},
		{"command without a time", "`a\n b`", "+0 `a\n b`"},
		{"code", "+.1 %{ assert tcpi_rto == 5, 'x' }%", ""},
		{"more text", "0 recv(3, \"ab\"..., 9, 0) = 9", ""},
		{"blanks about the dots", "+.002 ... 0.052 connect(4, ..., ...) = 0", "+.002...0.052 connect(4, ..., ...) = 0"},
		{"count of a state", "0 inspect tcp.count(TIME-WAIT) = 1", ""},
		{"udp", "+0 > udp (1472)", ""},
		{"udp ports", "+0 > udp 1 > 2 (0)", ""},
		{"echo", "+0 < icmp echo_request id 7 seq 1 (56)", ""},
		{"quote", "+0 > icmp unreachable port_unreachable [udp (9)]", ""},
		{"quote tcp", "+0 < icmp unreachable frag_needed mtu 1300 [1:1461(1460)]", ""},
		{"quote whatever", "+0 > icmp unreachable port_unreachable [...]", ""},
		{"arp", "+0 < arp request {arp.tpa=192.0.2.77, eth.dst=02:00:00:00:00:01}", ""},
		{"nd", "+0 > na {nd.flags&0x6, nd.tll!=none, ip.dst=ff02::1, eth.dst=solicited(peer)}", ""},
		{"raw", "+0 < eth (46) {eth.type=0x88b5} truncate 30 pad 60 with 0xaa", ""},
		{"literal", "+0 < ns {nd.sll=none} data 0100000000000000", ""},
		{"mss of the mtu", "+0 > S. 0:0(0) ack 1 <mss mtu>", ""},
		{"half a time stamp", "+0 > . 1:1(0) ack 1 <TS val ... ecr 5>", ""},
		{"ip options", "+0 < [ttl 3, options 94040000] . 1:1(0) ack 1", ""},
		{"added", "+0 < . 1:1(0) ack 1 {tcp.sum+=1}", ""},
		{"inspect variable", "0 inspect drops = $d+1", ""},
		{"raw ip", "+0 < ip (20) {ip.proto=253}", ""},
		{"variable", "+0 > udp (1) {ip.id=$x, udp.sport>=$y+0x10}", ""},
		{"link", "0 link down", ""},
		{"knob", "0 knob tcp.msl-ms = 1000", ""},
		{"inspect", "0 inspect tcp.state(4) != FIN-WAIT-2", ""},
		{"inspect stack", "0 inspect drops>=1", "0 inspect drops >= 1"},
		{"wait", "5 wait", ""},
		{"call", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", ""},
		{"flags", "0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0", ""},
		{"errno", "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)", ""},
		{"hex result", "0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)", ""},
		{"blocking", "+0...0.2 accept(3, ..., ...) = 4", ""},
		{"no arguments", "0 f() = -1", ""},
		{"arrays", "0 poll([{fd=4, events=POLLIN, revents=POLLIN|POLLOUT}], 1, 0) = 1", ""},
		{"address", `0 bind(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")}, &len) = 0`, ""},
		{"string", `0 write(4, "a\"b", 3) = 3`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Parse("x.pkt", []byte(c.in))
			require.NoError(t, err)
			if c.out == "" {
				c.out = c.in
			}
			assert.Equal(t, c.out+"\n", s.String())
			again, err := Parse("x.pkt", []byte(s.String()))
			require.NoError(t, err)
			assert.Equal(t, s.String(), again.String())
		})
	}
}

// TestLayout: comments, blank lines and the phrases at the ends of lines survive.
func TestLayout(t *testing.T) {
	in, err := os.ReadFile(filepath.Join("testdata", "layout.pkt"))
	require.NoError(t, err)
	s, err := Parse("layout.pkt", in)
	require.NoError(t, err)
	assert.Equal(t, string(in), s.String())
	assert.Len(t, s.Header, 5)
	assert.Len(t, s.Options, 2)
	require.Len(t, s.Events, 4)
	assert.Equal(t, "SYN-ACK", s.Events[1].Phrase)
	assert.Equal(t, Pos{15, 1}, s.Events[1].Pos)
	assert.Empty(t, s.Events[2].Phrase)
	assert.Len(t, s.Tail, 1)

	free := "/* a\n * b\n */ 0 poll([{fd=4,\n events=POLLIN}],\n 1, 0) = 1 // ready\r\n\r\n\r\n+0 idle /* quiet */\n"
	s, err = Parse("free.pkt", []byte(free))
	require.NoError(t, err)
	assert.Equal(t, "// a\n// * b\n//\n0 poll([{fd=4, events=POLLIN}], 1, 0) = 1 // ready\n\n+0 idle // quiet\n", s.String())
}

// TestMistakes: each mistake is one line with file, line, column, construct and cause.
func TestMistakes(t *testing.T) {
	for in, want := range map[string]string{
		"":                                        "",
		"+0":                                      "1:3: event: want `<`, `>` or a call, got the end of the script",
		"idle":                                    "1:1: time: want seconds, got `idle`",
		"0.0000001 idle":                          "1:1: time: 0.0000001 is finer than a microsecond",
		"99999999 idle":                           "1:1: time: 99999999 s is above the limit 168h0m0s",
		"2~1 > . 1:1(0)":                          "1:3: time: the range ends at 1s, before its start 2s",
		"+1~2 > . 1:1(0)":                         "1:4: time: both ends of a range must be relative, or none",
		"0 < S 0:0(0":                             "1:12: sequence numbers: want `)`, got the end of the script",
		"0 < S 0:1(0)":                            "1:7: sequence numbers: 1 is not 0 + 0",
		"0 < SX 0:0(0)":                           "1:5: tcp flags: `X` is none of FSRP.UEWCA01234567",
		"0 < SS 0:0(0)":                           "1:5: tcp flags: `S` stands twice",
		"0 < . 0:0(0) ack":                        "1:17: ack: want a number, got the end of the script",
		"0 < . 0:0(0) win 65536":                  "1:18: win: 65536 is above the limit 65535",
		"0 < S 0:0(0) win 1 <...>":                "1:21: tcp options: `...` is for expected packets only",
		"0 > S 0:0(0) <mss 1460 sackOK>":          "1:24: tcp options: want `,`, got `sackOK`",
		"0 > S 0:0(0) <mms 1460>":                 "1:15: tcp option: `mms` is none of mss, wscale, sackOK, sack, TS, nop, eol, opt, md5, FO, FOEXP, ECN, AccECN0, AccECN1, exp-AccECN0, exp-AccECN1, exp-tarr",
		"0 > S 0:0(0) <opt 3 4>":                  "1:21: tcp option opt: want 1 to 39 bytes as pairs of hexadecimal digits, got `4`",
		"0 > [tso 4] . 1:1(0)":                    "1:6: ip info: want tos, class, dscp, ttl, hlim, flowlabel, options, noecn, ect0, ect1, ect01 or ce, got `tso`",
		"0 > . 1:1(0) {tcp.sun=0}":                "1:15: fields: there is no field `tcp.sun`",
		"0 > . 1:1(0) {tcp.sum~0}":                "1:22: field tcp.sum: want = != >= <= or &, got `~`",
		"0 > . 1:1(0) {tcp.sum=}":                 "1:23: field tcp.sum: want a value, got `}`",
		"0 > . 1:1(0) {tcp.sum=$}":                "1:24: field tcp.sum: want a variable's name, got `}`",
		"0 < udp (1) pad 0 with 1":                "1:17: pad: 0 bytes are none",
		"0 < udp (1) pad 60 pad 61":               "1:20: time: want seconds, got `pad`",
		"0 < udp (1) data 0g":                     "1:18: data: want 1 to 1514 bytes as pairs of hexadecimal digits, got `0g`",
		"0 > arp":                                 "1:8: arp packet: want `request` or `reply`, got the end of the script",
		"0 < 5A. 1:1(0)":                          "1:5: tcp flags: `5` is the bits A, W and E",
		"0 < ...(5)":                              "1:5: packet: want TCP flags, udp, icmp, arp, ns, na, ip or eth, got `...`",
		"0 < . ...(5)":                            "1:7: sequence number: want a number, got `...`",
		"0 < [dscp 64] . 1:1(0)":                  "1:11: dscp: 64 is above the limit 63",
		"0 < [dscp CS9] . 1:1(0)":                 "1:11: dscp: want a number, got `CS9`",
		"0 < [ttl CS1] . 1:1(0)":                  "1:10: ttl: want a number, got `CS1`",
		"0 < [1:1(0)] udp (5)":                    "1:14: packet: want `icmp` behind the quoted packet, got `udp`",
		"0 < [1:1(0)] icmp redirect [...]":        "1:33: icmp packet: it quotes two packets",
		"0 < S 0:0(0)/tcp(1 > 2)":                 "1:14: tcp packet: want `udp`, got `tcp`",
		"0 < S 0:0(0) <md5>":                      "1:18: tcp option md5: want 1 to 36 bytes as pairs of hexadecimal digits, got `>`",
		"0 < S 0:0(0) <AccECN0 ee0b 16777216>":    "1:28: tcp option AccECN0: 16777216 is above the limit 16777215",
		"0 < gre udp (5)":                         "1:16: encapsulation: want `:`, got the end of the script",
		"0 < ipv4 1.2.3.4: udp (5)":               "1:19: encapsulation: want `>`, got `udp`",
		"0 inspect tcp.count(OPEN) = 1":           "1:11: inspect: `OPEN` is no TCP state",
		"0 > udp 10":                              "1:9: udp packet: want `(`, got `10`",
		"0 > icmp (5)":                            "1:10: icmp packet: want a type, got `(`",
		"0 frobnicate":                            "1:3: event: `frobnicate` is neither a call nor idle, wait, link, knob or inspect",
		"0 read(4, ..., 5)":                       "1:18: read: want `=`, got the end of the script",
		"0 read(4, ... 5) = 5":                    "1:15: read: want `,`, got `5`",
		"0 read(4, = ) = 5":                       "1:11: read: want a value, got `=`",
		"0 f(" + strings.Repeat("[", 20) + " = 0": "1:21: f: nested deeper than 16",
		"0 f(99999999999999999999) = 0":           "1:5: f: `99999999999999999999` is not a whole number",
		"* ...1 f() = 0":                          "1:3: time: a blocking call starts at one time",
		"2...1 f() = 0":                           "1:2: time: the call ends at 1s, before its start 2s",
		"0 f() = 1 (text":                         "1:11: note: ( without ) on the line",
		"0 link sideways":                         "1:8: link: want `up` or `down`, got `sideways`",
		"0 knob x 5":                              "1:10: knob: want `=`, got `5`",
		"0 inspect x = OPEN":                      "1:15: inspect: `OPEN` is neither a number of 32 bits nor a TCP state",
		"0 f(\"abc) = 0":                          "1:5: string: \" without \"",
		"/* 0":                                    "1:1: comment: /* without */",
		"--mtu=\n0 idle":                          "1:1: option: --mtu= without a value",
		"0 idle\n--mtu=1500":                      "2:1: time: want seconds, got `--mtu`",
		"0 idle\n\n  1 idel":                      "3:5: event: `idel` is neither a call nor idle, wait, link, knob or inspect",
	} {
		_, err := Parse("x.pkt", []byte(in))
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, "script: x.pkt:"+want, in)
	}
}
