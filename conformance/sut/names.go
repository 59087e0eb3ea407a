package sut

// Errno is a POSIX error, by name: its number differs from system to system, its name does not.
type Errno uint8

const (
	ENone Errno = iota
	EAGAIN
	EINPROGRESS
	EALREADY
	EISCONN
	ENOTCONN
	ECONNREFUSED
	ECONNRESET
	ECONNABORTED
	ETIMEDOUT
	EHOSTUNREACH
	ENETUNREACH
	EADDRINUSE
	EADDRNOTAVAIL
	EAFNOSUPPORT
	EBADF
	EINVAL
	EMFILE
	ENFILE
	ENOBUFS
	ENOMEM
	EMSGSIZE
	ENOPROTOOPT
	EOPNOTSUPP
	EPIPE
	EDESTADDRREQ
	EPROTONOSUPPORT
	EPROTOTYPE
	ENOTSOCK
	EACCES
	EIO
	ENETDOWN
	EPROTO
	ENODEV
	EOther // an error that has no name here
	errnos
)

const errnoNames names = "0 EAGAIN EINPROGRESS EALREADY EISCONN ENOTCONN ECONNREFUSED ECONNRESET ECONNABORTED ETIMEDOUT EHOSTUNREACH " +
	"ENETUNREACH EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EBADF EINVAL EMFILE ENFILE ENOBUFS ENOMEM EMSGSIZE " +
	"ENOPROTOOPT EOPNOTSUPP EPIPE EDESTADDRREQ EPROTONOSUPPORT EPROTOTYPE ENOTSOCK EACCES EIO ENETDOWN EPROTO " +
	"ENODEV EOTHER"

// String is the error's name on the wire and in scripts; "0" for none.
func (e Errno) String() string {
	if e < errnos {
		return errnoNames.of(uint8(e))
	}
	return "EOTHER"
}

// Known tells whether e is one of the errors above.
func (e Errno) Known() bool { return e < errnos }

// ErrnoByName finds an error; a name that this version does not know is EOther and not ok.
func ErrnoByName(name []byte) (e Errno, ok bool) {
	if v, ok := errnoNames.find(name); ok {
		return Errno(v), true
	}
	return EOther, false
}

// Option is a socket option. Values travel as little-endian int32; a linger as two (onoff, seconds), a time-out as
// one int32 of milliseconds, SO_ERROR as the Errno's place in the list above.
type Option uint8

const (
	OptNone Option = iota
	SoError
	SoReuseAddr
	SoLinger
	SoKeepAlive
	SoRcvBuf
	SoSndBuf
	SoRcvTimeo
	SoSndTimeo
	TCPNoDelay
	IPTTL
	IPTOS
	IPv6UnicastHops
	IPv6V6Only
	TCPMaxSeg
	TCPKeepIdle
	TCPKeepIntvl
	TCPKeepCnt
	TCPKeepInit
	TCPUserTimeout
	TCPCork
	TCPQuickACK
	TCPDeferAccept
	TCPSynCnt
	TCPNoOpt
	IPMTUDiscover
	IPv6TClass
	IPMulticastTTL
	IPMulticastLoop
	IPAddMembership  // the group and an address of the interface, each as it is sent
	IPDropMembership // likewise
	IPv6MulticastHops
	IPv6MulticastLoop
	IPv6JoinGroup  // the group as it is sent, and the number of the interface
	IPv6LeaveGroup // likewise
	SoOOBInline
	options
)

const optionNames names = " SO_ERROR SO_REUSEADDR SO_LINGER SO_KEEPALIVE SO_RCVBUF SO_SNDBUF SO_RCVTIMEO SO_SNDTIMEO TCP_NODELAY " +
	"IP_TTL IP_TOS IPV6_UNICAST_HOPS IPV6_V6ONLY TCP_MAXSEG TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_KEEPINIT " +
	"TCP_USER_TIMEOUT TCP_CORK TCP_QUICKACK TCP_DEFER_ACCEPT TCP_SYNCNT TCP_NOOPT IP_MTU_DISCOVER IPV6_TCLASS " +
	"IP_MULTICAST_TTL IP_MULTICAST_LOOP IP_ADD_MEMBERSHIP IP_DROP_MEMBERSHIP IPV6_MULTICAST_HOPS " +
	"IPV6_MULTICAST_LOOP IPV6_JOIN_GROUP IPV6_LEAVE_GROUP SO_OOBINLINE"

// String is the option's name on the wire and in scripts.
func (o Option) String() string {
	return optionNames.of(uint8(o))
}

// Known tells whether o is one of the options above, OptNone included.
func (o Option) Known() bool { return o < options }

// OptionByName finds an option; a name that this version does not know is Unknown and not ok.
func OptionByName(name []byte) (o Option, ok bool) {
	v, ok := optionNames.find(name)
	return Option(v), ok
}

// Knob is a setting of the whole stack. 0 and 1 are off and on where nothing else is said; times end in their unit.
type Knob uint8

const (
	KnobNone           Knob = iota
	KnobMSL                 // TCP's maximum segment lifetime in milliseconds
	KnobDAD                 // DupAddrDetectTransmits (RFC 4862 5.1), from when the link next goes up on; 0: none
	KnobARPProbe            // probe for the IPv4 address (RFC 5227), from when the link next goes up on
	KnobNodes               // report the solicited-node groups of the own addresses, from when the link next goes up on
	KnobJoin4               // join the IPv4 group whose last 28 bits the value is
	KnobLeave4              // leave it
	KnobJoin6               // join the IPv6 group ff0e::N, N being the value
	KnobLeave6              // leave it
	KnobTimestamps          // offer time stamps (RFC 7323)
	KnobWindowScale         // offer window scale
	KnobSACK                // offer selective acknowledgments (RFC 2018)
	KnobECN                 // RFC 3168: 0 off, 1 ask for it and agree, 2 agree only
	KnobRecvBuffer          // of the connections of new sockets, in bytes
	KnobSendBuffer          // of the connections of new sockets, in bytes
	KnobInitialWindow       // of congestion control, in segments
	KnobInitialRTO          // in milliseconds
	KnobDelayedACK          // the longest delay in milliseconds
	KnobKeepIdle            // in milliseconds
	KnobKeepInterval        // in milliseconds
	KnobKeepCount           // probes
	KnobConnectTimeout      // how long a handshake may take, in milliseconds
	KnobSYNRetries          // retransmissions of a SYN
	KnobDefaultMSS          // where the peer names none, in bytes
	KnobPathMTU             // path MTU discovery
	KnobSYNCookies          // when the backlog is full; 2: always
	KnobBlackhole           // no resets from closed ports
	KnobDropSYNFIN          // segments with SYN and FIN are dropped
	KnobLooseRST            // any reset in the window resets, against RFC 5961 3
	KnobLooseSYN            // a SYN in the window resets, against RFC 5961 4
	KnobICMPResets          // hard ICMP errors end a connection that is being opened
	KnobPlainSYN            // late retransmissions of a SYN go without options
	KnobKeepGarbage         // keep-alives carry a byte of garbage
	KnobABC                 // by how many segments one acknowledgment grows the congestion window at most (RFC 3465); 255: no limit
	KnobIdleRestart         // the congestion window of a sender that was idle is the initial one (RFC 5681 4.1)
	KnobNeedTimestamps      // a segment without the time stamps that were agreed is dropped (RFC 7323 3.2)
	KnobMinRTO              // in milliseconds
	KnobMaxRTO              // in milliseconds
	KnobRTOSlack            // by how much the time-out is at least above the round-trip time (G of RFC 6298 2), in milliseconds
	KnobMostRecv            // what a receive buffer can become, which the window scale is for, in bytes
	KnobRACK                // losses are found by time and probes ask for them (RFC 8985), or by RFC 6675 alone
	KnobCUBIC               // congestion control is CUBIC's (RFC 9438), or NewReno's (RFC 5681)
	knobs
)

const knobNames names = " tcp.msl-ms ipv6.dad-transmits arp.probe mld.own-groups igmp.join igmp.leave mld.join mld.leave " +
	"tcp.timestamps tcp.window-scale tcp.sack tcp.ecn tcp.recv-buffer tcp.send-buffer tcp.initial-window " +
	"tcp.initial-rto-ms tcp.delayed-ack-ms tcp.keep-idle-ms tcp.keep-interval-ms tcp.keep-count " +
	"tcp.connect-timeout-ms tcp.syn-retries tcp.default-mss tcp.path-mtu tcp.syn-cookies tcp.blackhole " +
	"tcp.drop-syn-fin tcp.loose-rst tcp.loose-syn tcp.icmp-resets tcp.plain-syn tcp.keep-garbage tcp.abc " +
	"tcp.idle-restart tcp.need-timestamps tcp.min-rto-ms tcp.max-rto-ms tcp.rto-slack-ms tcp.most-recv-buffer " +
	"tcp.rack tcp.cubic"

// String is the knob's name on the wire and in scripts.
func (k Knob) String() string {
	return knobNames.of(uint8(k))
}

// Known tells whether k is one of the knobs above, KnobNone included.
func (k Knob) Known() bool { return k < knobs }

// KnobByName finds a knob; a name that this version does not know is Unknown and not ok.
func KnobByName(name []byte) (k Knob, ok bool) {
	v, ok := knobNames.find(name)
	return Knob(v), ok
}

// Figure is something that Inspect can read: of one socket (fd counts) or of the whole stack.
type Figure uint8

const (
	FigNone      Figure = iota
	FigTCPState         // of fd: RFC 9293's state, 0 CLOSED, 1 LISTEN, 2 SYN-SENT, 3 SYN-RECEIVED, 4 ESTABLISHED, 5 FIN-WAIT-1, 6 FIN-WAIT-2, 7 CLOSE-WAIT, 8 CLOSING, 9 LAST-ACK, 10 TIME-WAIT
	FigConns            // TCP connections of any state but CLOSED and LISTEN, stack-wide
	FigDrops            // frames and segments dropped, all reasons together
	FigChecksums        // of those, for a wrong checksum

	FigTCPCount // TCP connections and listeners in one state, stack-wide: fd is the state's number

	// Of a TCP connection, fd:
	FigUnacked    // segments sent and not acknowledged
	FigSacked     // of those, selectively acknowledged
	FigLost       // of those, deemed lost
	FigRetrans    // of those, retransmitted
	FigRetries    // retransmissions of the oldest of them in a row
	FigBackoff    // how often the retransmission time-out has been doubled
	FigRTO        // retransmission time-out in microseconds
	FigRTT        // smoothed round-trip time in microseconds
	FigRTTVar     // its variation in microseconds
	FigCwnd       // congestion window in segments
	FigSSThresh   // slow start threshold in segments
	FigSndMSS     // largest segment sent, in bytes of data
	FigRcvMSS     // largest segment received, in bytes of data
	FigReordering // duplicates that mean loss
	FigTCPOptions // what was negotiated: 1 time stamps, 2 SACK, 4 window scale, 8 ECN
	FigSndWScale  // the peer's window scale
	FigRcvWScale  // the stack's
	FigRecvQueue  // bytes that wait to be read
	FigSendQueue  // bytes written and not acknowledged
	FigCAState    // what congestion control is about: 0 nothing, 1 disorder, 2 CWR, 3 recovery, 4 loss
	FigAdvMSS     // what the MSS option says, in bytes
	FigSndWnd     // bytes that the peer takes
	FigRcvWnd     // bytes that this side takes
	FigUrgent     // bytes to read up to the end of the urgent data, those that have not come included
	FigAtMark     // 1: the next byte to read is the last urgent one
	figures
)

const figureNames names = " tcp.state tcp.conns drops drops.checksum tcp.count tcp.unacked tcp.sacked tcp.lost tcp.retrans tcp.retries " +
	"tcp.backoff tcp.rto-us tcp.rtt-us tcp.rttvar-us tcp.cwnd tcp.ssthresh tcp.snd-mss tcp.rcv-mss " +
	"tcp.reordering tcp.options tcp.snd-wscale tcp.rcv-wscale tcp.recv-queue tcp.send-queue tcp.ca-state " +
	"tcp.adv-mss tcp.snd-wnd tcp.rcv-wnd tcp.urgent tcp.at-mark"

// OfSocket tells whether the figure is one of a socket.
func (f Figure) OfSocket() bool { return f == FigTCPState || f >= FigUnacked && f < figures }

// String is the figure's name on the wire and in scripts.
func (f Figure) String() string {
	return figureNames.of(uint8(f))
}

// Known tells whether f is one of the figures above, FigNone included.
func (f Figure) Known() bool { return f < figures }

// FigureByName finds a figure; a name that this version does not know is Unknown and not ok.
func FigureByName(name []byte) (f Figure, ok bool) {
	v, ok := figureNames.find(name)
	return Figure(v), ok
}
