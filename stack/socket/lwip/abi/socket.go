package abi

// Address families. A socket of any family but AF_INET is one of AF_INET6.
const (
	AF_UNSPEC = 0
	AF_INET   = 2
	AF_INET6  = 10

	PF_UNSPEC = AF_UNSPEC
	PF_INET   = AF_INET
	PF_INET6  = AF_INET6
)

// Types of sockets.
const (
	SOCK_STREAM    = 1
	SOCK_DGRAM     = 2
	SOCK_RAW       = 3
	SOCK_SEQPACKET = 5 // a number without sockets behind it
)

// Protocols, which are levels of options too.
const (
	IPPROTO_IP      = 0
	IPPROTO_ICMP    = 1
	IPPROTO_TCP     = 6
	IPPROTO_UDP     = 17
	IPPROTO_IPV6    = 41
	IPPROTO_ICMPV6  = 58
	IPPROTO_UDPLITE = 136
	IPPROTO_RAW     = 255
)

// Flags of the calls that send and receive. MSG_TRUNC and MSG_CTRUNC are answers, in a message's flags, and have numbers
// that mean something else in a question.
const (
	MSG_PEEK      = 0x01
	MSG_WAITALL   = 0x02
	MSG_OOB       = 0x04
	MSG_DONTWAIT  = 0x08
	MSG_MORE      = 0x10
	MSG_NOSIGNAL  = 0x20
	MSG_TRUNC     = 0x04
	MSG_CTRUNC    = 0x08
	MSG_DONTROUTE = 0x04
	MSG_EOR       = 0x08
)

// What shutdown ends, and the backlog that stands for the most.
const (
	SHUT_RD   = 0
	SHUT_WR   = 1
	SHUT_RDWR = 2

	SOMAXCONN = 128
)

// IOV_MAX is the most parts that a message may have: the C library's, which lwIP takes where there is one.
const IOV_MAX = 1024
