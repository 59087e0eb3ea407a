/* lwIP's settings as far as its headers make numbers and structures of them: those of ESP-IDF. */
#ifndef RV32_LWIPOPTS_H
#define RV32_LWIPOPTS_H

/* ESP-IDF's lwipopts.h takes these in, so that the C library's numbers come before lwIP's. */
#include <fcntl.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

#define NO_SYS 0
#define LWIP_SOCKET 1
#define LWIP_NETCONN 1
#define LWIP_DNS 1
#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define LWIP_IPV6_MLD 1
#define LWIP_IGMP 1
#define LWIP_TCP 1
#define LWIP_UDP 1
#define LWIP_RAW 1
#define LWIP_COMPAT_SOCKETS 0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0
#define LWIP_SOCKET_SELECT 1
#define LWIP_SOCKET_POLL 1
#define MEM_ALIGNMENT 4
#define MEMP_NUM_NETCONN 10 /* [LWIP_MAX_SOCKETS] */
#define LWIP_SOCKET_OFFSET (FD_SETSIZE - MEMP_NUM_NETCONN)

#endif
