package script

import (
	"net/netip"
	"strings"
)

// The names of addresses. Each stands for an IP address, of the run's version, and for an Ethernet address, by the
// field that it is given to:
//
//	stack, peer      the two hosts
//	other            a third host on the link, that nobody plays
//	gateway          the router (Ethernet: the peer, which plays it)
//	broadcast        255.255.255.255 (IPv4) and ff:ff:ff:ff:ff:ff
//	allnodes         ff02::1 (IPv6) and its Ethernet group
//	solicited(HOST)  the solicited-node group of a host (IPv6) and its Ethernet group
//	loopback         127.0.0.1 or ::1
//	zero             all bits zero

// ip resolves the name or the text of an IP address; version is 4 or 6. cause is empty where it could.
func (h *host) ip(text string, version int) (a netip.Addr, cause string) {
	switch {
	case text == "zero" && version == 4:
		a = netip.IPv4Unspecified()
	case text == "zero":
		a = netip.IPv6Unspecified()
	case text == "loopback" && version == 4:
		a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case text == "loopback":
		a = netip.IPv6Loopback()
	case text == "broadcast" && version == 4:
		a = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	default:
		if a = h.named(text); !a.IsValid() {
			var err error
			if a, err = netip.ParseAddr(text); err != nil || a.Zone() != "" {
				return a, "`" + text + "` is neither an IP address nor the name of one"
			}
		}
	}
	if a.Is4() != (version == 4) {
		return a, "`" + text + "` is not an IPv" + string(rune('0'+version)) + " address"
	}
	return a, ""
}

// named is the IP address of a host or group that has the same name in both versions, or that only IPv6 has.
func (h *host) named(text string) netip.Addr {
	switch text {
	case "stack":
		return h.local.Addr()
	case "peer":
		return h.remote
	case "other":
		return h.other()
	case "gateway":
		return h.gateway
	case "allnodes":
		return netip.IPv6LinkLocalAllNodes()
	}
	if of, ok := strings.CutPrefix(text, "solicited("); ok && h.form == IPv6 {
		if a := h.named(strings.TrimSuffix(of, ")")); a.IsValid() {
			return solicitedNode(a)
		}
	}
	return netip.Addr{}
}

// mac resolves the name or the text of an Ethernet address.
func (h *host) mac(text string) (m [6]byte, cause string) {
	switch text {
	case "stack":
		return h.config.MAC, ""
	case "peer", "gateway":
		return h.peer.MAC, ""
	case "other":
		return otherMAC, ""
	case "zero":
		return m, ""
	case "broadcast":
		return [6]byte{255, 255, 255, 255, 255, 255}, ""
	}
	if a := h.named(text); a.Is6() && a.IsMulticast() {
		return groupMAC(a), ""
	}
	if !parseMAC(text, &m) {
		return m, "`" + text + "` is neither an Ethernet address nor the name of one"
	}
	return m, ""
}

// parseMAC parses six pairs of hexadecimal digits with colons between them.
func parseMAC(text string, m *[6]byte) bool {
	if len(text) != 17 {
		return false
	}
	for i := range m {
		n, err := parseUint("0x" + text[3*i:3*i+2])
		if err != nil || i < 5 && text[3*i+2] != ':' {
			return false
		}
		m[i] = byte(n)
	}
	return true
}
