#include "options.h"

#include <string.h>

#include "lwip/sockets.h"
#include "names.h"
#include "stack.h"

/* How a value lies in lwIP's memory. */
enum kind { INT, BYTE, ERROR, LINGER, TIME, GROUP4, GROUP6 };

static const struct option {
    const char *name;
    int level, number;
    enum kind kind;
} options[] = {
    {"SO_ERROR", SOL_SOCKET, SO_ERROR, ERROR},
    {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, INT},
    {"SO_LINGER", SOL_SOCKET, SO_LINGER, LINGER},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, INT},
    {"SO_RCVTIMEO", SOL_SOCKET, SO_RCVTIMEO, TIME},
    {"SO_SNDTIMEO", SOL_SOCKET, SO_SNDTIMEO, TIME},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, INT},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, INT},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, INT},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, INT},
    {"IP_TTL", IPPROTO_IP, IP_TTL, INT},
    {"IP_TOS", IPPROTO_IP, IP_TOS, INT},
    {"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, INT},
    {"IP_MULTICAST_TTL", IPPROTO_IP, IP_MULTICAST_TTL, BYTE},
    {"IP_MULTICAST_LOOP", IPPROTO_IP, IP_MULTICAST_LOOP, BYTE},
    {"IP_ADD_MEMBERSHIP", IPPROTO_IP, IP_ADD_MEMBERSHIP, GROUP4},
    {"IP_DROP_MEMBERSHIP", IPPROTO_IP, IP_DROP_MEMBERSHIP, GROUP4},
    {"IPV6_JOIN_GROUP", IPPROTO_IPV6, IPV6_JOIN_GROUP, GROUP6},
    {"IPV6_LEAVE_GROUP", IPPROTO_IPV6, IPV6_LEAVE_GROUP, GROUP6},
};

static const struct option *find(const char *name)
{
    for (size_t i = 0; i < LWIP_ARRAYSIZE(options); i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

bool option_known(const char *name, bool set)
{
    const struct option *o = find(name);
    return o != NULL && (set || (o->kind != GROUP4 && o->kind != GROUP6));
}

static int32_t number(const uint8_t *p)
{
    return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

static void put_number(uint8_t *p, int64_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)((uint64_t)v >> 8 * i);
}

union value {
    int number;
    uint8_t byte;
    struct linger linger;
    struct timeval time;
    struct ip_mreq group4;
    struct ipv6_mreq group6;
};

/* from_bytes lays a value out as lwIP has it and returns its length; a length that is not the option's stays one. */
static socklen_t from_bytes(union value *v, enum kind kind, const uint8_t *b, size_t n)
{
    memset(v, 0, sizeof *v);
    switch (kind) {
    case LINGER:
        if (n != 8)
            break;
        v->linger.l_onoff = number(b);
        v->linger.l_linger = number(b + 4);
        return sizeof v->linger;
    case TIME:
        if (n != 4)
            break;
        v->time.tv_sec = number(b) / 1000;
        v->time.tv_usec = number(b) % 1000 * 1000;
        return sizeof v->time;
    case GROUP4:
        if (n != 8)
            break;
        memcpy(&v->group4.imr_multiaddr, b, 4);
        memcpy(&v->group4.imr_interface, b + 4, 4);
        return sizeof v->group4;
    case GROUP6:
        if (n != 20)
            break;
        memcpy(&v->group6.ipv6mr_multiaddr, b, 16);
        v->group6.ipv6mr_interface = stack_interface((uint32_t)number(b + 16));
        return sizeof v->group6;
    case BYTE:
        if (n != 4)
            break;
        v->byte = (uint8_t)number(b);
        return sizeof v->byte;
    default:
        if (n != 4)
            break;
        v->number = number(b);
        return sizeof v->number;
    }
    return 0; /* too short for any option: lwIP says what it says to that */
}

int option_set(int s, const char *name, const uint8_t *value, size_t length)
{
    const struct option *o = find(name);
    union value v;
    socklen_t n = from_bytes(&v, o->kind, value, length);
    return lwip_setsockopt(s, o->level, o->number, &v, n);
}

int option_get(int s, const char *name, uint8_t *out, size_t *length)
{
    static const socklen_t sizes[] = {
        [INT] = sizeof(int), [BYTE] = sizeof(uint8_t), [ERROR] = sizeof(int),
        [LINGER] = sizeof(struct linger), [TIME] = sizeof(struct timeval),
    };
    const struct option *o = find(name);
    union value v;
    memset(&v, 0, sizeof v);
    socklen_t n = sizes[o->kind];
    int ret = lwip_getsockopt(s, o->level, o->number, &v, &n);
    *length = 4;
    switch (o->kind) {
    case LINGER:
        put_number(out, v.linger.l_onoff);
        put_number(out + 4, v.linger.l_linger);
        *length = 8;
        break;
    case TIME:
        put_number(out, v.time.tv_sec * 1000 + v.time.tv_usec / 1000);
        break;
    case BYTE:
        put_number(out, v.byte);
        break;
    case ERROR:
        put_number(out, error_place(v.number));
        break;
    default:
        put_number(out, v.number);
    }
    return ret;
}
