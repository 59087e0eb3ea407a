package abi

// SOL_SOCKET is the level of the options of every socket.
const SOL_SOCKET = 0xfff

// Options of level SOL_SOCKET. SO_DONTLINGER is one's complement of SO_LINGER.
const (
	SO_DEBUG        = 0x0001
	SO_ACCEPTCONN   = 0x0002
	SO_REUSEADDR    = 0x0004
	SO_KEEPALIVE    = 0x0008
	SO_DONTROUTE    = 0x0010
	SO_BROADCAST    = 0x0020
	SO_USELOOPBACK  = 0x0040
	SO_LINGER       = 0x0080
	SO_DONTLINGER   = ^SO_LINGER
	SO_OOBINLINE    = 0x0100
	SO_REUSEPORT    = 0x0200
	SO_SNDBUF       = 0x1001
	SO_RCVBUF       = 0x1002
	SO_SNDLOWAT     = 0x1003
	SO_RCVLOWAT     = 0x1004
	SO_SNDTIMEO     = 0x1005
	SO_RCVTIMEO     = 0x1006
	SO_ERROR        = 0x1007
	SO_TYPE         = 0x1008
	SO_CONTIMEO     = 0x1009
	SO_NO_CHECK     = 0x100a
	SO_BINDTODEVICE = 0x100b
)

// Options of level IPPROTO_IP.
const (
	IP_TOS             = 1
	IP_TTL             = 2
	IP_ADD_MEMBERSHIP  = 3
	IP_DROP_MEMBERSHIP = 4
	IP_MULTICAST_TTL   = 5
	IP_MULTICAST_IF    = 6
	IP_MULTICAST_LOOP  = 7
	IP_PKTINFO         = 8
)

// Options of level IPPROTO_TCP. TCP_KEEPALIVE is TCP_KEEPIDLE in milliseconds; the others are in seconds.
const (
	TCP_NODELAY   = 1
	TCP_KEEPALIVE = 2
	TCP_KEEPIDLE  = 3
	TCP_KEEPINTVL = 4
	TCP_KEEPCNT   = 5
)

// Options of level IPPROTO_IPV6; IPV6_CHECKSUM is one of IPPROTO_RAW.
const (
	IPV6_UNICAST_HOPS    = 4 // a number without an option behind it
	IPV6_CHECKSUM        = 7
	IPV6_JOIN_GROUP      = 12
	IPV6_ADD_MEMBERSHIP  = IPV6_JOIN_GROUP
	IPV6_LEAVE_GROUP     = 13
	IPV6_DROP_MEMBERSHIP = IPV6_LEAVE_GROUP
	IPV6_V6ONLY          = 27

	// Espressif's, at numbers that lwIP leaves alone (components/lwip/port/include/sockets_ext.h).
	IPV6_MULTICAST_IF   = 0x300
	IPV6_MULTICAST_HOPS = 0x301
	IPV6_MULTICAST_LOOP = 0x302
)

// Parts of the type of service (RFC 791 3.1).
const (
	IPTOS_TOS_MASK             = 0x1E
	IPTOS_LOWDELAY             = 0x10
	IPTOS_THROUGHPUT           = 0x08
	IPTOS_RELIABILITY          = 0x04
	IPTOS_LOWCOST              = 0x02
	IPTOS_MINCOST              = IPTOS_LOWCOST
	IPTOS_PREC_MASK            = 0xe0
	IPTOS_PREC_NETCONTROL      = 0xe0
	IPTOS_PREC_INTERNETCONTROL = 0xc0
	IPTOS_PREC_CRITIC_ECP      = 0xa0
	IPTOS_PREC_FLASHOVERRIDE   = 0x80
	IPTOS_PREC_FLASH           = 0x60
	IPTOS_PREC_IMMEDIATE       = 0x40
	IPTOS_PREC_PRIORITY        = 0x20
	IPTOS_PREC_ROUTINE         = 0x00
)
