package script

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLacks: the program ends before what no stack under test can be asked for, and says what that is.
func TestLacks(t *testing.T) {
	const tcp = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	for text, want := range map[string]string{
		"0 write(3, ..., 5) = -1 EFAULT (Bad address)":                                   "the error EFAULT",
		"0 < gre: mpls (label 7): S 0:0(0)":                                              "packets inside of others: `gre: mpls ( label 7 )`",
		"0 write(3, NULL, 5) = 5":                                                        "a call with the bad pointer NULL",
		"0 read(3, 0x8, 5) = 5":                                                          "a call with the bad pointer 0x8",
		"0 send(3, ..., 5, MSG_ERRQUEUE) = 5":                                            "the flag MSG_ERRQUEUE",
		"0 setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING, [SOF_TIMESTAMPING_TX_ACK], 4) = 0": "the option SO_TIMESTAMPING",
		"0 recvmsg(3, {msg_iov(1)=[{..., 5}], msg_control=[{cmsg_level=CMSG_LEVEL_IP, cmsg_data={a=5}}]}, 0) = 5": "control messages",
		"0 %{ assert SK_MEMINFO_RCVBUF == 0 }%":              "the figure SK_MEMINFO_RCVBUF",
		"0 `sysctl net.ipv4.tcp_ecn=3`":                      "accurate ECN (RFC 9768)",
		"0 < S 0:0(0) <md5 valid>":                           "a signer of segments (TCP MD5)",
		"0 `nstat -z | grep -q 'TcpExtBeyondWindow *3'`":     "the counter TcpExtBeyondWindow",
		"0 `cat /proc/net/snmp | awk '{print}'`":             "what `cat /proc/net/snmp | awk '{print}'` asks for",
		"0 `ss -ti | grep cwnd:10`":                          "what `ss -ti | grep cwnd:10` asks for",
		"0 `ip route change default mtu 600`":                "another route or address: `ip route change default mtu 600`",
		"0 `true; tc qdisc add dev tun0 root pfifo limit 0`": "a link that loses what is sent: `tc qdisc add dev tun0 root pfifo limit 0`",
		"0 `tcpdrop 192.168.0.1 8080 192.0.2.1 8080`":        "the command `tcpdrop 192.168.0.1 8080 192.0.2.1 8080`",
	} {
		c := foreign(t, tcp+"1 "+text[2:]+"\n2 write(7, ..., 5, 6, 7) = 5\n3 %{ assert tcpi_rto }%", false)
		if assert.NotNil(t, c.Lack, text) {
			assert.Equal(t, want, c.Lack.What)
			assert.Equal(t, 2, c.Lack.Line)
			assert.Equal(t, 1, c.Lack.Event)
		}
		require.Len(t, c.Program.Events, 1)
		require.Len(t, c.Lines, 1)
		require.Empty(t, c.Blocks)
	}
	s, err := Parse("x.pkt", []byte(tcp+"0 %{ assert tcpi_foo == 0 }%"))
	require.NoError(t, err)
	_, err = Compile(s, IPv4)
	require.EqualError(t, err, "script: x.pkt:2:3: code: the figure tcpi_foo: no stack under test has it", "in a case of our own it is a mistake")
}

// TestLinks: what no link here takes is a lack, too.
func TestLinks(t *testing.T) {
	for text, lacks := range map[string]bool{
		"--mtu=576": false, "--mtu=1500": false, "--mtu=575": true, "--mtu=1521": true, "--mtu=9000": true, "--mtu=65535": true, "--mtu=68": true,
		"--ip_version=ipv6\n--mtu=1280": false, "--ip_version=ipv6\n--mtu=1279": true,
	} {
		c := foreign(t, text+"\n0 idle", false)
		if assert.Equal(t, lacks, c.Lack != nil, text); lacks {
			assert.Contains(t, c.Lack.What, "a link with an MTU of ")
			assert.Empty(t, c.Program.Events)
		}
	}
}

// TestRunnersLink: the link of suites' runners for IPv6 is Ethernet's where that is left open.
func TestRunnersLink(t *testing.T) {
	const text = "--ip_version=ipv6\n--mtu=1520\n0 > S. 0:0(0) ack 1 <mss 1460>\n0 > S. 0:0(0) ack 1 <mss 1440>"
	c := foreign(t, text, false)
	require.Nil(t, c.Lack)
	assert.Equal(t, uint16(1520), c.Program.Config.MTU, "who holds a stack to each word has such a link")
	c = foreign(t, text, true)
	require.Nil(t, c.Lack)
	assert.Equal(t, uint16(1500), c.Program.Config.MTU)
	assert.True(t, c.Program.Events[0].Packet.Options[0].Any)
	assert.False(t, c.Program.Events[1].Packet.Options[0].Any)
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"a  b\tc":                          {"a", "b", "c"},
		`x "a b" y'c d'z ''`:               {"x", "a b", "yc dz", ""},
		"a > /dev/null 2>&1 b":             {"a", "b"},
		"a >/dev/null 2>/dev/null <f b>=c": {"a", "b>=c"},
		"a '>' b":                          {"a", ">", "b"},
	} {
		assert.Equal(t, want, shellWords(text), text)
	}
	assert.Equal(t, []string{"a", "b '# ;' c", "d"}, commandLines("a # x; y\nb '# ;' c;d #\n# e"))
	assert.Equal(t, []string{"a#b", "it's"}, commandLines("a#b || it's # c"))
}

// TestFormByName: suites have scripts for one IP version, and say so in their names alone.
func TestFormByName(t *testing.T) {
	for name, want := range map[string]Form{"a-v6.pkt": IPv6, "x/a_ipv6.pkt": IPv6, "a-ipv4.pkt": IPv4, "v6.pkt": IPv4, "a.pkt": IPv4} {
		s, err := Parse(name, []byte("0 idle"))
		require.NoError(t, err)
		m, err := s.Meta()
		require.NoError(t, err)
		assert.Equal(t, []Form{want}, m.Forms, name)
	}
}
