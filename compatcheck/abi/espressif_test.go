package abi

// espressif are the constants that no header has but Espressif's, each with that header. They cannot be compared here.
var espressif = map[string]string{
	"CONFIG_LWIP_MAX_SOCKETS": "sdkconfig.h (the default of LWIP_MAX_SOCKETS)",

	"POLLIN": "sys/poll.h", "POLLRDNORM": "sys/poll.h", "POLLRDBAND": "sys/poll.h", "POLLPRI": "sys/poll.h",
	"POLLOUT": "sys/poll.h", "POLLWRNORM": "sys/poll.h", "POLLWRBAND": "sys/poll.h", "POLLERR": "sys/poll.h",
	"POLLHUP": "sys/poll.h", "POLLNVAL": "sys/poll.h",

	"MSG_DONTROUTE": "net/if.h", "MSG_EOR": "net/if.h", "SOCK_SEQPACKET": "net/if.h", "SOMAXCONN": "net/if.h",
	"IPV6_UNICAST_HOPS": "net/if.h", "NI_MAXHOST": "net/if.h", "NI_MAXSERV": "net/if.h", "NI_NUMERICSERV": "net/if.h",
	"NI_DGRAM": "net/if.h",

	"IPV6_MULTICAST_IF": "sockets_ext.h", "IPV6_MULTICAST_HOPS": "sockets_ext.h", "IPV6_MULTICAST_LOOP": "sockets_ext.h",

	"ESHUTDOWN": "sys/errno.h", "EAI_AGAIN": "sys/errno.h", "EAI_BADFLAGS": "sys/errno.h", "EAI_SOCKTYPE": "sys/errno.h",
}

// ours are the constants that are no number of C, with the reason.
var ours = map[string]string{
	"ErrnoIF": "the number that errno gets, which C has no name for",
}
