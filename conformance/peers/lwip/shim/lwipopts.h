/* How lwIP is built here: as ESP-IDF configures it where nobody has changed a setting (the names in brackets are those of
   its Kconfig), but for what stands at the end with its reason. README.md has the list. */
#ifndef PEER_LWIPOPTS_H
#define PEER_LWIPOPTS_H

#include "settings.h"

#include <fcntl.h> /* before lwIP defines numbers of its own, as in ESP-IDF */

/* The system: a tcpip thread that others send messages to, memory from the C library, no pool that ends. */
#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#define LWIP_TCPIP_CORE_LOCKING 0 /* [LWIP_TCPIP_CORE_LOCKING=n] */
#define LWIP_TCPIP_CORE_LOCKING_INPUT 0
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8
#define LWIP_COMPAT_MUTEX 0
#define TCPIP_MBOX_SIZE 32 /* [LWIP_TCPIP_RECVMBOX_SIZE] */

/* Ethernet and ARP. */
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#define ARP_TABLE_SIZE 10
#define ARP_MAXAGE 300
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 3
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
#define LWIP_NETIF_LINK_CALLBACK 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_HAVE_LOOPIF 1
#define LWIP_LOOPBACK_MAX_PBUFS 8
#define LWIP_NETIF_API 1

/* IPv4. */
#define LWIP_IPV4 1
#define IP_FORWARD 0
#define IP_FRAG 1
#define IP_REASS_MAX_PBUFS 10
#define IP_DEFAULT_TTL 64
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0
#define LWIP_ICMP 1
#define LWIP_IGMP 1

/* IPv6. */
#define LWIP_IPV6 1
#define LWIP_IPV6_FORWARD 0
#define LWIP_IPV6_FRAG 1
#define LWIP_IPV6_AUTOCONFIG 0 /* [LWIP_IPV6_AUTOCONFIG=n] */
#define LWIP_IPV6_DHCP6 0
#define LWIP_IPV6_MLD 1
#define LWIP_IPV6_NUM_ADDRESSES 3
#define LWIP_ND6_NUM_NEIGHBORS 5
#define LWIP_ND6_NUM_DESTINATIONS 10
#define LWIP_ND6_NUM_PREFIXES 5
#define LWIP_ND6_NUM_ROUTERS 3
#define LWIP_ND6_QUEUEING 1
#define MEMP_NUM_ND6_QUEUE 3
#define IPV6_FRAG_COPYHEADER 1 /* pointers have 64 bits here */

/* UDP and raw sockets. */
#define LWIP_UDP 1
#define LWIP_UDPLITE 0
#define LWIP_RAW 1
#define DEFAULT_UDP_RECVMBOX_SIZE 6
#define DEFAULT_RAW_RECVMBOX_SIZE 6

/* TCP. What is a name and no number is in settings.h. */
#define LWIP_TCP 1
#define TCP_TMR_INTERVAL 250
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 4
#define LWIP_TCP_SACK_OUT 0   /* [LWIP_TCP_SACK_OUT=n] */
#define LWIP_TCP_TIMESTAMPS 0 /* [LWIP_TCP_TIMESTAMPS=n] */
#define LWIP_WND_SCALE 0      /* [LWIP_WND_SCALE=n] */
#define TCP_LISTEN_BACKLOG 1
#define TCP_OVERSIZE TCP_MSS
#define LWIP_TCP_KEEPALIVE 1
#define TCP_MSS 1460
#define TCP_MAXRTX 12
#define TCP_SYNMAXRTX setting_syn_retries
#define LWIP_TCP_RTO_TIME setting_rto
#define TCP_MSL setting_msl
#define TCP_KEEPIDLE_DEFAULT setting_keep_idle
#define TCP_KEEPINTVL_DEFAULT setting_keep_interval
#define TCP_KEEPCNT_DEFAULT setting_keep_count
#define TCP_WND setting_window
#define TCP_SND_BUF setting_send_buffer
#define TCP_SND_QUEUELEN (16 + setting_more_pbufs) /* 16 is what the preprocessor sees, and ESP-IDF has */
#define DEFAULT_TCP_RECVMBOX_SIZE setting_receive_mbox
#define DEFAULT_ACCEPTMBOX_SIZE 6
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* the preprocessor cannot check what is a variable */

/* Sockets. */
#define LWIP_SOCKET 1
#define LWIP_NETCONN 1
#define LWIP_COMPAT_SOCKETS 0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0
#define LWIP_SOCKET_OFFSET 54
#define MEMP_NUM_NETCONN 10 /* [LWIP_MAX_SOCKETS] */
#define LWIP_NETCONN_FULLDUPLEX 1
#define LWIP_NETCONN_SEM_PER_THREAD 1
#define LWIP_SO_SNDTIMEO 1
#define LWIP_SO_RCVTIMEO 1
#define LWIP_SO_RCVBUF 0 /* [LWIP_SO_RCVBUF=n] */
#define SO_REUSE 1
#define SO_REUSE_RXTOALL 1
#define LWIP_SOCKET_SELECT 1
#define LWIP_SOCKET_POLL 1
#define IOV_MAX 1024 /* the C library's */

/* No address is asked for in what the peer is used for, and no name server: names are literals. */
#define LWIP_DNS 1
#define LWIP_DHCP 0
#define LWIP_AUTOIP 0
#define PPP_SUPPORT 0

/* Otherwise than ESP-IDF has it, so that there is something to look at: it leaves these off by default, and lwIP has
   them. Checksums it leaves to what is below. */
#define IP_REASSEMBLY 1
#define LWIP_IPV6_REASS 1
#define LWIP_SO_LINGER 1
#define CHECKSUM_CHECK_IP 1
#define CHECKSUM_CHECK_UDP 1
#define CHECKSUM_CHECK_TCP 1
#define CHECKSUM_CHECK_ICMP 1
#define CHECKSUM_CHECK_ICMP6 1
#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define LWIP_STATS_DISPLAY 0

#define LWIP_HOOK_FILENAME "hooks.h"

#endif
