package script

import (
	"net/netip"
	"path"
	"strconv"
	"strings"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// host is the network that a script plays in, as its options say: the stack under test, and the peer that the judge
// plays. Options of the other IP version do not count, so that a script for both can give both.
type host struct {
	form        Form
	config      sut.Config
	peer        vm.Peer
	local       netip.Prefix
	remote      netip.Addr
	gateway     netip.Addr // invalid: none
	bindPort    uint16     // the stack's port in bind(fd, ..., ...)
	connectPort uint16     // the peer's port in connect(fd, ..., ...), and everywhere else
	tolerance   time.Duration

	foreign        bool    // Foreign.On
	neutral        bool    // Foreign.Neutral
	otherMTU       *Option // an --mtu that no link here has
	mapped         bool    // the sockets are IPv6's, the packets IPv4's
	strictSegments bool    // segments come as the script cuts them
	stampsCompared bool    // time stamps are compared, and not only named
	anyResult      bool    // calls may return whatever they like
	cut            uint16  // the most text of an injected segment; 0: what the link takes
}

// The default network: addresses for documentation (RFC 5737, RFC 3849), stack and peer on one link. The peer's port
// differs from the stack's, so that a stack which swaps them is seen.
const (
	defaultMTU         = 1500
	defaultBindPort    = 8080
	defaultConnectPort = 40000
)

var (
	stackMAC = [6]byte{2, 0, 0, 0, 0, 1}
	peerMAC  = [6]byte{2, 0, 0, 0, 0, 2}
	otherMAC = [6]byte{2, 0, 0, 0, 0, 3}
)

func (h *host) defaults(form Form) {
	*h = host{form: form, bindPort: defaultBindPort, connectPort: defaultConnectPort}
	h.config = sut.Config{Seed: 1, MAC: stackMAC, MTU: defaultMTU}
	h.peer.MAC = peerMAC
	if form == IPv4 {
		h.local, h.remote = netip.MustParsePrefix("192.0.2.1/24"), netip.MustParseAddr("192.0.2.2")
	} else {
		h.local, h.remote = netip.MustParsePrefix("2001:db8::1/64"), netip.MustParseAddr("2001:db8::2")
	}
}

// options reads all `--name=value` lines.
func (h *host) options(s *Script, form Form, foreign Foreign) error {
	h.defaults(form)
	if foreign.On {
		h.packetdrillHost()
		h.foreign, h.neutral = true, foreign.Neutral
	}
	for i := range s.Options {
		o := &s.Options[i]
		e := &Error{File: s.File, Pos: o.Pos, What: "option", Cause: "--" + o.Name + ": "}
		switch {
		case strings.HasPrefix(o.Name, "psp_"):
			e.Unsupported = psp
		case o.Name == "udp_encapsulation" && o.Value == "sctp":
			e.Unsupported = sctp
		case o.Name == "udp_encapsulation":
			e.Unsupported = tunnelled
		}
		if e.Unsupported != "" {
			e.Cause += e.Unsupported + " is not supported"
			return e
		}
		if cause := h.option(o); cause != "" {
			e.Cause += cause
			return e
		}
	}
	h.finish()
	return nil
}

// finish fills config and peer from the addresses.
func (h *host) finish() {
	h.peer.Port = h.connectPort
	if h.gateway == h.local.Addr() { // packetdrill's own host is the gateway; here another plays it
		h.gateway = h.gateway.Next()
	}
	if h.form == IPv4 {
		h.config.Addr4, h.config.Prefix4 = h.local.Addr().As4(), uint8(h.local.Bits())
		h.peer.IP4 = h.remote.As4()
		if h.gateway.IsValid() {
			h.config.Gateway4 = h.gateway.As4()
		}
		return
	}
	h.config.Addr6, h.config.Prefix6 = h.local.Addr().As16(), uint8(h.local.Bits())
	h.peer.IP6 = h.remote.As16()
	if h.gateway.IsValid() {
		h.config.Gateway6 = h.gateway.As16()
	}
}

// option obeys one option and answers what is wrong with it.
func (h *host) option(o *Option) (cause string) {
	switch o.Name {
	case "ip_version":
		h.mapped = mappedVersion(o.Value)
	case "mtu":
		return h.linkMTU(o)
	case "recv_buffer":
		return queueLength(o.Value, &h.config.RcvBuf)
	case "send_buffer":
		return queueLength(o.Value, &h.config.SndBuf)
	case "bind_port":
		return number16(o.Value, 1, 65535, &h.bindPort)
	case "connect_port":
		return number16(o.Value, 1, 65535-maxFlow, &h.connectPort)
	case "tolerance_usecs":
		n, err := strconv.ParseUint(o.Value, 10, 31)
		if err != nil {
			return "`" + o.Value + "` is not a number of microseconds"
		}
		h.tolerance = time.Duration(n) * time.Microsecond
	case "local_ip":
		text, bits, found := strings.Cut(o.Value, "/")
		a, cause := h.address(text)
		if cause != "" || !a.IsValid() {
			return cause
		}
		h.local = netip.PrefixFrom(a, h.local.Bits())
		if n, err := strconv.Atoi(bits); found {
			if h.local = netip.PrefixFrom(a, n); err != nil || !h.local.IsValid() {
				return "`" + bits + "` is not a prefix length"
			}
		}
	case "netmask_ip":
		return h.netmask(o.Value)
	case "remote_ip":
		a, cause := h.address(o.Value)
		if a.IsValid() {
			h.remote = a
		}
		return cause
	case "gateway_ip":
		a, cause := h.address(o.Value)
		if a.IsValid() {
			h.gateway = a
		}
		return cause
	case "mss":
		return number16(o.Value, 1, 65535, &h.cut)
	case "tcp_ts_tick_usecs":
		h.stampsCompared = o.Value != "0"
	case "strict_segments":
		h.strictSegments = true
	case "non_fatal":
		h.anyResult = strings.Contains(o.Value, "syscall")
	case "init_scripts":
		for f := range strings.SplitSeq(o.Value, ",") {
			if !initScripts[path.Base(f)] {
				return "the init script `" + f + "` is not known"
			}
		}
	case "define", "tolerance_percent", "send_omit_free", "tcp_ts_ecr_scaled", "is_anyip", "tun_dev",
		"persistent_tun_dev", "verbose", "debug", "dry_run", "code_command", "code_format", "code_sockopt", "wire_client",
		"wire_server", "wire_server_ip", "wire_server_port", "wire_client_dev", "wire_server_dev", "tcp_md5_secret", "speed":
		// They are obeyed elsewhere (define), or say nothing to a tester in virtual time that is not a kernel's neighbour.
	default:
		return "there is no such option"
	}
	return ""
}

// linkMTU reads --mtu. A link that takes less than IP demands, or more than an Ethernet frame, no stack under test has.
func (h *host) linkMTU(o *Option) (cause string) {
	var n uint16
	if cause = number16(o.Value, 68, 65535, &n); cause != "" {
		return cause
	}
	least := uint16(minMTU4)
	if h.form == IPv6 {
		least = minMTU6
	}
	switch {
	case h.neutral && n > defaultMTU && n <= runnersMTU:
		return "" // Ethernet's: an IPv6 segment is 20 bytes shorter
	case n < least || n > defaultMTU && !(h.foreign && n <= runnersMTU):
		h.otherMTU = o
		return ""
	}
	h.config.MTU = n
	return ""
}

// runnersMTU is the MTU that google's and the Linux kernel's runners give IPv6, so that its segments are as long as IPv4's.
const runnersMTU = 1520

// What every link takes (RFC 1122 3.3.2, RFC 8200 5).
const (
	minMTU4 = 576
	minMTU6 = 1280
)

// address parses an address; one of the other IP version is answered as not valid.
func (h *host) address(text string) (a netip.Addr, cause string) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, "`" + text + "` is not an IP address"
	}
	if a.Is4() != (h.form == IPv4) {
		return netip.Addr{}, ""
	}
	return a, ""
}

func (h *host) netmask(text string) (cause string) {
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() {
		return "`" + text + "` is not an IPv4 mask"
	}
	m := a.As4()
	bits := 0
	for i := range 32 {
		if m[i/8]>>(7-i%8)&1 == 1 {
			if bits != i {
				return "`" + text + "` has a hole"
			}
			bits++
		}
	}
	if h.form == IPv4 {
		h.local = netip.PrefixFrom(h.local.Addr(), bits)
	}
	return ""
}

func number16(text string, least, most uint16, n *uint16) (cause string) {
	v, err := strconv.ParseUint(text, 10, 16)
	if err != nil || v < uint64(least) || v > uint64(most) {
		return "`" + text + "` is not a number from " + strconv.Itoa(int(least)) + " to " + strconv.Itoa(int(most))
	}
	*n = uint16(v)
	return ""
}

// queueLength reads how many bytes a queue of a TCP connection has to hold.
func queueLength(text string, n *uint32) (cause string) {
	v, err := strconv.ParseUint(text, 10, 31)
	if err != nil || v == 0 {
		return "`" + text + "` is not a number of bytes from 1 to 2147483647"
	}
	*n = uint32(v)
	return ""
}

// nextHop is the neighbour that the stack must resolve to reach the peer.
func (h *host) nextHop() netip.Addr {
	if h.gateway.IsValid() && !h.local.Masked().Contains(h.remote) {
		return h.gateway
	}
	return h.remote
}

// other is the third host on the link: the one after the peer.
func (h *host) other() netip.Addr { return h.remote.Next() }

// solicitedNode is the multicast group on which a node is solicited (RFC 4291 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	b, target := netip.MustParseAddr("ff02::1:ff00:0").As16(), a.As16()
	copy(b[13:], target[13:])
	return netip.AddrFrom16(b)
}

// groupMAC is the Ethernet address of an IPv6 multicast group (RFC 2464 7).
func groupMAC(a netip.Addr) [6]byte {
	b := a.As16()
	return [6]byte{0x33, 0x33, b[12], b[13], b[14], b[15]}
}

// mss is the MTU less the fixed headers of IP and TCP (RFC 9293 3.7.1).
func (h *host) mss() uint32 {
	if h.form == IPv4 {
		return uint32(h.config.MTU) - 40
	}
	return uint32(h.config.MTU) - 60
}
