package capture

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPacket(t *testing.T) {
	ip4, ip6 := []byte{0x45, 1}, []byte{0x60, 2}
	with := func(head []byte, b []byte) []byte { return append(append([]byte{}, head...), b...) }
	cooked := func(device, protocol byte) []byte {
		return []byte{0, 0, 3, device, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, protocol, 0}
	}
	for name, c := range map[string]struct {
		link Link
		data []byte
		typ  uint16
		want []byte
		why  string
	}{
		"Ethernet":            {Ethernet, with([]byte{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 8, 6}, ip4), 0x806, ip4, ""},
		"short Ethernet":      {Ethernet, make([]byte, 13), 0, nil, "cut off in the Ethernet header"},
		"raw 4":               {Raw, ip4, typeIPv4, ip4, ""},
		"raw 6":               {rawBSD, ip6, typeIPv6, ip6, ""},
		"raw nothing":         {Raw, nil, 0, nil, "an empty packet"},
		"raw 5":               {rawOpenBSD, []byte{0x50}, 0, nil, "IP version 5"},
		"IPv4":                {IPv4, ip4, typeIPv4, ip4, ""},
		"IPv6":                {IPv6, ip6, typeIPv6, ip6, ""},
		"null, little endian": {Null, with([]byte{2, 0, 0, 0}, ip4), typeIPv4, ip4, ""},
		"null, big endian":    {Null, with([]byte{0, 0, 0, 2}, ip4), typeIPv4, ip4, ""},
		"null, FreeBSD's 6":   {Null, with([]byte{28, 0, 0, 0}, ip6), typeIPv6, ip6, ""},
		"null, macOS's 6":     {Null, with([]byte{0, 0, 0, 30}, ip6), typeIPv6, ip6, ""},
		"null, another":       {Null, []byte{7, 0, 0, 0, 1}, 0, nil, "address family 7"},
		"short null":          {Null, []byte{2, 0, 0}, 0, nil, "cut off in the loopback header"},
		"loop":                {Loop, with([]byte{0, 0, 0, 24}, ip6), typeIPv6, ip6, ""},
		"loop, wrong order":   {Loop, []byte{2, 0, 0, 0}, 0, nil, "no address family"},
		"cooked":              {SLL, with(cooked(1, 8), ip4), typeIPv4, ip4, ""},
		"cooked, netlink":     {SLL, cooked(824-768, 8), 0, nil, "Linux device type 824"},
		"cooked, LLC":         {SLL, cooked(1, 0), 0, nil, "802.2 LLC"},
		"short cooked":        {SLL, make([]byte, 15), 0, nil, "cut off in the Linux cooked header"},
		"cooked 2":            {SLL2, with(append([]byte{0x86, 0xdd}, make([]byte, 18)...), ip6), typeIPv6, ip6, ""},
		"short cooked 2":      {SLL2, make([]byte, 19), 0, nil, "cut off in the Linux cooked header"},
		"another":             {105, ip4, 0, nil, "link type 105"},
	} {
		t.Run(name, func(t *testing.T) {
			typ, b, why, ok := (&Frame{Link: c.link, Data: c.data}).Packet()
			require.Equal(t, c.why == "", ok)
			require.Equal(t, c.why, why)
			require.Equal(t, c.typ, typ)
			require.Equal(t, c.want, b)
		})
	}
	require.Equal(t, "Linux cooked v2", SLL2.String())
}
