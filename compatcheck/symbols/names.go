package symbols

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// provided are the names of lwIP's socket interface that the lwIP face answers, without the lwip_ that they begin with.
var provided = []string{
	"accept", "bind", "close", "connect", "fcntl", "freeaddrinfo", "getaddrinfo", "gethostbyname", "gethostbyname_r",
	"getpeername", "getsockname", "getsockopt", "if_indextoname", "if_nametoindex", "inet_ntop", "inet_pton", "ioctl",
	"listen", "poll", "read", "readv", "recv", "recvfrom", "recvmsg", "select", "send", "sendmsg", "sendto", "setsockopt",
	"shutdown", "socket", "write", "writev",
}

// through are names that ESP-IDF has itself and answers by calling the face's, each with who does.
var through = map[string]string{
	"read": "ESP-IDF's VFS calls lwip_read", "write": "ESP-IDF's VFS calls lwip_write",
	"close": "ESP-IDF's VFS calls lwip_close", "fcntl": "ESP-IDF's VFS calls lwip_fcntl",
	"ioctl": "ESP-IDF's VFS calls lwip_ioctl", "select": "ESP-IDF's VFS calls lwip_select",
	"fstat": "ESP-IDF's VFS answers for a socket by itself", "poll": "ESP-IDF's poll calls select, and its VFS lwip_select",
	"if_nametoindex":  "ESP-IDF's port of lwIP calls lwip_if_nametoindex",
	"if_indextoname":  "ESP-IDF's port of lwIP calls lwip_if_indextoname",
	"esp_getaddrinfo": "ESP-IDF calls lwip_getaddrinfo (LWIP_USE_ESP_GETADDRINFO)",
}

// inlined are names that are no symbols with ESP-IDF: its headers make calls of lwip_* of them. An object that wants them
// was compiled with others.
var inlined = []string{
	"accept", "bind", "closesocket", "connect", "freeaddrinfo", "getaddrinfo", "gethostbyname", "gethostbyname_r", "getpeername",
	"getsockname", "getsockopt", "inet_ntop", "inet_pton", "listen", "recv", "recvfrom", "recvmsg", "send", "sendmsg",
	"sendto", "setsockopt", "shutdown", "socket",
}

// nowhere are names that ESP-IDF's headers declare and nothing in it defines.
var nowhere = []string{"readv", "writev", "getnameinfo", "gai_strerror", "socketpair"}

// lwipText has lwIP's own names beside the sockets' (the raw, netconn, netif and tcpip interfaces and what lies below), one
// a line: those that its headers declare. The test writes it.
//
//go:embed lwip.txt
var lwipText string

// later are such names that lwIP has since 2.2, or as variables, which the test does not find in the headers.
var later = []string{
	"acd_add", "acd_arp_reply", "acd_netif_ip_addr_changed", "acd_network_changed_link_down", "acd_remove", "acd_start",
	"acd_stop", "acd_tmr", "h_errno", "in6addr_any", "ip4_addr_any", "ip6_addr_any", "ip_addr_any", "ip_addr_any_type",
	"ip_addr_broadcast", "ip_data", "ip_global_data", "lwip_stats", "netif_default", "netif_list", "tcp_active_pcbs", "tcp_listen_pcbs",
	"tcp_tw_pcbs", "udp_pcbs",
}

// lwips are all names that lwIP alone answers.
var lwips = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, name := range slices.Concat(strings.Fields(lwipText), later) {
		names[name] = true
	}
	for _, name := range provided {
		delete(names, prefix+name)
	}
	return names
})

// prefix is what all names of lwIP's socket interface begin with.
const prefix = "lwip_"

// isLwIPs says whether nothing but lwIP, or what stands in its place, has such a name.
func isLwIPs(name string) bool { return strings.HasPrefix(name, prefix) || lwips()[name] }

// kindOf says who answers a name, and how.
func kindOf(name string) (Kind, string) {
	base, prefixed := strings.CutPrefix(name, prefix)
	switch {
	case prefixed && slices.Contains(provided, base):
		return Provided, ""
	case through[name] != "":
		return Provided, through[name]
	case slices.Contains(inlined, name):
		call := strings.Replace(prefix+name, "closesocket", "close", 1)
		return FallsThrough, "no symbol with ESP-IDF, whose headers make " + call + " of it: it was compiled with others"
	case slices.Contains(nowhere, name):
		return FallsThrough, "ESP-IDF declares it and has it not"
	case lwips()[name]:
		return FallsThrough, "lwIP's own, behind the sockets: the link takes it from lwIP, or fails"
	case prefixed:
		return Unknown, "no name of lwIP's or ESP-IDF's that is known here"
	}
	return Other, ""
}
