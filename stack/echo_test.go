package stack

import (
	"testing"

	"stackproof/stack/wire"
)

func TestEcho(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
		drop  Counter
	}{
		{
			name:  "IPv4",
			frame: echoFrame(peer4, me4, 7, 9, "abc"),
			want:  `peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 7/9 "abc"`,
		}, {
			name:  "IPv4 without data",
			frame: echoFrame(peer4, me4, 0xffff, 0, ""),
			want:  `peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 65535/0 ""`,
		}, {
			name:  "IPv4 to the limited broadcast is not answered",
			frame: echoFrame(peer4, wire.Broadcast4, 7, 9, "abc"), drop: DropICMPGroup,
		}, {
			name:  "IPv4 to the directed broadcast is not answered",
			frame: echoFrame(peer4, all4, 7, 9, "abc"), drop: DropICMPGroup,
		}, {
			name:  "IPv4 to all hosts is not answered",
			frame: echoFrame(peer4, wire.AllHosts4, 7, 9, "abc"), drop: DropICMPGroup,
		}, {
			name:  "IPv6",
			frame: echoFrame(peer6, me6, 7, 9, "abc"),
			want:  `peer: 2001:db8::1 > 2001:db8::2 hops 64 echo reply 7/9 "abc"`,
		}, {
			name:  "IPv6 answers from the address that was asked",
			frame: echoFrame(peer6, meLink6, 7, 9, "abc"),
			want:  `peer: fe80::ff:fe00:1 > 2001:db8::2 hops 64 echo reply 7/9 "abc"`,
		}, {
			name:  "IPv6 to all nodes is answered from an address of one host",
			frame: echoFrame(peerLL6, wire.AllNodes6, 7, 9, "abc"),
			want:  `peer: fe80::ff:fe00:1 > fe80::2 hops 64 echo reply 7/9 "abc"`,
		}, {
			name:  "IPv6 to all nodes, from a wider scope",
			frame: echoFrame(peer6, wire.AllNodes6, 7, 9, "abc"),
			want:  `peer: 2001:db8::1 > 2001:db8::2 hops 64 echo reply 7/9 "abc"`,
		}, {
			name:  "IPv6 without a source is not answered",
			frame: echoFrame(wire.Any6, me6, 7, 9, "abc"), drop: DropIPv6Source,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(c.frame)
			if c.want == "" {
				h.wantSent()
				h.wantCount(c.drop)
				return
			}
			h.wantSent(c.want)
		})
	}
}
