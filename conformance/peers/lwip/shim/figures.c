#include "figures.h"

#include <string.h>

#include "calls.h"
#include "lwip/api.h"
#include "lwip/priv/sockets_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"

static int64_t dropped(bool checksums)
{
    const struct stats_proto *all[] = {
        &lwip_stats.link, &lwip_stats.etharp, &lwip_stats.ip,    &lwip_stats.ip_frag,  &lwip_stats.icmp, &lwip_stats.udp,
        &lwip_stats.tcp,  &lwip_stats.ip6,    &lwip_stats.icmp6, &lwip_stats.ip6_frag, &lwip_stats.nd6,
    };
    int64_t n = 0;
    for (size_t i = 0; i < LWIP_ARRAYSIZE(all); i++)
        n += checksums ? all[i]->chkerr : all[i]->drop;
    if (!checksums) /* of these lwIP counts the reason only */
        n += lwip_stats.icmp.chkerr + lwip_stats.icmp.lenerr;
    n += lwip_stats.igmp.chkerr + lwip_stats.mld6.chkerr;
    return n + (checksums ? 0 : lwip_stats.igmp.drop + lwip_stats.mld6.drop);
}

/* connections counts those in a state, or in any but LISTEN if it is negative. */
static int64_t connections(int state)
{
    struct tcp_pcb *lists[] = {tcp_active_pcbs, tcp_tw_pcbs, state < 0 ? NULL : tcp_listen_pcbs.pcbs};
    int64_t n = 0;
    for (size_t i = 0; i < LWIP_ARRAYSIZE(lists); i++)
        for (struct tcp_pcb *p = lists[i]; p != NULL; p = p->next)
            n += state < 0 || (int)p->state == state;
    return n;
}

static int64_t segments(const struct tcp_seg *s)
{
    int64_t n = 0;
    for (; s != NULL; s = s->next)
        n++;
    return n;
}

static const int64_t slow_us = TCP_SLOW_INTERVAL * 1000;

static enum status of_connection(const char *name, const struct tcp_pcb *p, int64_t *value)
{
    const struct {
        const char *name;
        int64_t value;
    } all[] = {
        {"tcp.unacked", segments(p->unacked)},
        {"tcp.retries", p->nrtx},
        {"tcp.backoff", p->nrtx},
        {"tcp.rto-us", p->rto * slow_us},
        {"tcp.rtt-us", (p->sa >> 3) * slow_us},
        {"tcp.rttvar-us", (p->sv >> 2) * slow_us},
        {"tcp.cwnd", p->cwnd / LWIP_MAX(p->mss, 1)},
        {"tcp.ssthresh", p->ssthresh / LWIP_MAX(p->mss, 1)},
        {"tcp.snd-mss", p->mss},
        {"tcp.snd-wnd", p->snd_wnd},
        {"tcp.rcv-wnd", p->rcv_wnd},
        {"tcp.reordering", 3},
        {"tcp.options", 0},
        {"tcp.snd-wscale", 0},
        {"tcp.rcv-wscale", 0},
        {"tcp.urgent", 0}, /* it never looks at the pointer */
        {"tcp.send-queue", (int64_t)(u32_t)(p->snd_lbb - p->lastack)},
    };
    for (size_t i = 0; i < LWIP_ARRAYSIZE(all); i++)
        if (strcmp(name, all[i].name) == 0) {
            *value = all[i].value;
            return OK;
        }
    return UNSUPPORTED;
}

/* of_nothing is a connection that is no more, or never was: lwIP has no record of it. */
static enum status of_nothing(const char *name, int64_t *value)
{
    static const struct tcp_pcb none;
    return of_connection(name, &none, value);
}

enum status figure(const char *name, unsigned fd, int64_t *value)
{
    if (strcmp(name, "drops") == 0 || strcmp(name, "drops.checksum") == 0) {
        *value = dropped(name[5] != 0);
        return OK;
    }
    if (strcmp(name, "tcp.conns") == 0 || strcmp(name, "tcp.count") == 0) {
        *value = connections(strcmp(name, "tcp.conns") == 0 ? -1 : (int)fd);
        return OK;
    }
    bool state = strcmp(name, "tcp.state") == 0;
    if (!state && of_nothing(name, value) == UNSUPPORTED)
        return UNSUPPORTED;
    struct lwip_sock *s = call_socket(fd);
    if (s == NULL || s->conn == NULL)
        return MALFORMED;
    if (NETCONNTYPE_GROUP(netconn_type(s->conn)) != NETCONN_TCP)
        return MALFORMED;
    const struct tcp_pcb *p = s->conn->pcb.tcp;
    if (state) {
        *value = p == NULL ? CLOSED : p->state; /* both are numbered as RFC 9293 3.3.2 lists the states */
        return OK;
    }
    return p == NULL || p->state == LISTEN ? of_nothing(name, value) : of_connection(name, p, value);
}
