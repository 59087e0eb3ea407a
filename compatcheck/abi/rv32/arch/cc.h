/* The compiler and the C library, as lwIP wants to be told of them. */
#ifndef RV32_CC_H
#define RV32_CC_H

#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE 1

#endif
