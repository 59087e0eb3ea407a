/* Where lwIP asks its system: ESP-IDF has these hooks too. */
#ifndef PEER_HOOKS_H
#define PEER_HOOKS_H

#include "lwip/ip_addr.h"

struct netif;

u32_t hook_isn(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote, u16_t remote_port);
const ip6_addr_t *hook_router(struct netif *netif, const ip6_addr_t *destination);

#define LWIP_HOOK_TCP_ISN hook_isn
#define LWIP_HOOK_ND6_GET_GW hook_router

#endif
