package script

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Limits of what a script can name.
const (
	noFD     = vm.MaxFDs - 1 // for a call that makes no descriptor
	maxFD    = noFD - 1
	maxFlow  = vm.Flows - 1
	maxFrame = 1514
)

// tcpStates are RFC 9293's states in the order of sut.FigTCPState.
var tcpStates = []string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",
	"LAST-ACK", "TIME-WAIT",
}

func knownState(name string) bool {
	_, ok := stateNumber(name)
	return ok
}

func stateNumber(name string) (int64, bool) {
	for i, s := range tcpStates {
		if s == name {
			return int64(i), true
		}
	}
	return 0, false
}

// dscps are the code points of differentiated services (RFC 2474, 2597, 3246, 5865, 8622).
var dscps = map[string]uint32{
	"CS0": 0, "CS1": 8, "CS2": 16, "CS3": 24, "CS4": 32, "CS5": 40, "CS6": 48, "CS7": 56, "AF11": 10, "AF12": 12,
	"AF13": 14, "AF21": 18, "AF22": 20, "AF23": 22, "AF31": 26, "AF32": 28, "AF33": 30, "AF41": 34, "AF42": 36, "AF43": 38,
	"EF": 46, "VOICE_ADMIT": 44, "LE": 1,
}

// linuxErrno gives the errors their numbers on Linux: scripts write SO_ERROR's value as `[111]`.
var linuxErrno = map[int64]sut.Errno{
	5: sut.EIO, 9: sut.EBADF, 11: sut.EAGAIN, 12: sut.ENOMEM, 13: sut.EACCES, 22: sut.EINVAL, 23: sut.ENFILE,
	24: sut.EMFILE, 32: sut.EPIPE, 71: sut.EPROTO, 88: sut.ENOTSOCK, 89: sut.EDESTADDRREQ, 90: sut.EMSGSIZE,
	91: sut.EPROTOTYPE, 92: sut.ENOPROTOOPT, 93: sut.EPROTONOSUPPORT, 95: sut.EOPNOTSUPP, 97: sut.EAFNOSUPPORT,
	19: sut.ENODEV, 98: sut.EADDRINUSE, 99: sut.EADDRNOTAVAIL, 100: sut.ENETDOWN, 101: sut.ENETUNREACH, 103: sut.ECONNABORTED,
	104: sut.ECONNRESET, 105: sut.ENOBUFS, 106: sut.EISCONN, 107: sut.ENOTCONN, 110: sut.ETIMEDOUT,
	111: sut.ECONNREFUSED, 113: sut.EHOSTUNREACH, 114: sut.EALREADY, 115: sut.EINPROGRESS, 0: sut.ENone,
}

// icmpCode is an ICMP type or code with packetdrill's name for it.
type icmpCode struct {
	of   string // of which type; "" for a type
	name string
	v4   int // -1: not in ICMP
	v6   int // -1: not in ICMPv6
}

var icmpCodes = []icmpCode{
	{"", "echo_request", 8, 128},
	{"", "echo_reply", 0, 129},
	{"", "unreachable", 3, 1},
	{"", "packet_too_big", -1, 2},
	{"", "time_exceeded", 11, 3},
	{"", "parameter_problem", 12, 4},
	{"", "source_quench", 4, -1},
	{"", "redirect", 5, -1},
	{"", "timestamp_request", 13, -1},
	{"", "timestamp_reply", 14, -1},
	{"", "information_request", 15, -1},
	{"", "information_reply", 16, -1},
	{"", "address_mask_request", 17, -1},
	{"", "address_mask_reply", 18, -1},
	{"", "router_advertisement", 9, 134},
	{"", "router_solicitation", 10, 133},
	{"", "mld_query", -1, 130},
	{"", "mld_report", -1, 131},
	{"", "mld_done", -1, 132},
	{"", "mld2_report", -1, 143},

	{"unreachable", "net_unreachable", 0, 0},
	{"unreachable", "no_route", 0, 0},
	{"unreachable", "host_unreachable", 1, 3},
	{"unreachable", "address_unreachable", 1, 3},
	{"unreachable", "protocol_unreachable", 2, -1},
	{"unreachable", "port_unreachable", 3, 4},
	{"unreachable", "frag_needed", 4, -1},
	{"unreachable", "source_route_failed", 5, -1},
	{"unreachable", "net_unknown", 6, -1},
	{"unreachable", "host_unknown", 7, -1},
	{"unreachable", "source_host_isolated", 8, -1},
	{"unreachable", "net_prohibited", 9, -1},
	{"unreachable", "host_prohibited", 10, -1},
	{"unreachable", "net_unreachable_for_tos", 11, -1},
	{"unreachable", "host_unreachable_for_tos", 12, -1},
	{"unreachable", "precedence_violation", 14, -1},
	{"unreachable", "precedence_cutoff", 15, -1},
	{"unreachable", "admin_prohibited", 13, 1},
	{"unreachable", "packet_filtered", 13, 1},
	{"unreachable", "not_neighbour", -1, 2},

	{"time_exceeded", "ttl", 0, 0},
	{"time_exceeded", "fragment", 1, 1},
	{"time_exceeded", "ttl_exceeded_in_transit", 0, -1},
	{"time_exceeded", "frag_reass_exceeded", 1, -1},
	{"time_exceeded", "exceeded_hop_limit", -1, 0},
	{"time_exceeded", "exceeded_frag_time", -1, 1},

	{"parameter_problem", "header", 0, 0},
	{"parameter_problem", "next_header", -1, 1},
	{"parameter_problem", "option", -1, 2},
	{"parameter_problem", "header_field", -1, 0},
	{"parameter_problem", "unknown_next_header", -1, 1},
	{"parameter_problem", "unknown_option", -1, 2},
}
