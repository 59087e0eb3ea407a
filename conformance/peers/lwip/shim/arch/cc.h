/* The compiler and the C library, as lwIP wants to be told of them. */
#ifndef PEER_CC_H
#define PEER_CC_H

#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS
#define lwip_htons(x) __builtin_bswap16(x)
#define lwip_htonl(x) __builtin_bswap32(x)

typedef unsigned int sys_prot_t;

/* All of lwIP's chance comes from the tester's seed. */
uint32_t entropy(void);
#define LWIP_RAND() entropy()

/* An assertion that fails is a crash of the stack, which the tester reports. */
_Noreturn void assertion(const char *message, const char *file, int line);
#define LWIP_PLATFORM_ASSERT(message) assertion(message, __FILE__, __LINE__)
#define LWIP_PLATFORM_DIAG(x)

#endif
