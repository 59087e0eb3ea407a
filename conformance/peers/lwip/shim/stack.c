#include "stack.h"

#include <stdlib.h>
#include <string.h>

#include "hooks.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/igmp.h"
#include "lwip/mld6.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "task.h"

uint16_t setting_window = 4096;
uint16_t setting_send_buffer = 4096;
int setting_receive_mbox = 6;
unsigned setting_more_pbufs;
uint32_t setting_rto = 1500;
uint32_t setting_msl = 60000;
uint8_t setting_syn_retries = 12;
uint32_t setting_keep_idle = 7200000;
uint32_t setting_keep_interval = 75000;
uint32_t setting_keep_count = 9;

static struct netif interface;
static ip6_addr_t router6;
static bool ready, muted, link_up;
static uint64_t chance, secret;

bool stack_ready(void)
{
    return ready;
}

/* spread is a step of a generator over all 64-bit numbers (a counter with an odd step, and a mixing of its bits). */
static uint64_t spread(uint64_t *counter)
{
    uint64_t x = *counter += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

uint32_t entropy(void)
{
    return (uint32_t)(spread(&chance) >> 32);
}

/* hook_isn makes initial sequence numbers in the way of RFC 6528, as ESP-IDF's hook does: a keyed mixture of the
   addresses and ports, and a clock that ticks every 4 us. */
u32_t hook_isn(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote, u16_t remote_port)
{
    uint64_t x = secret ^ ((uint64_t)local_port << 16 | remote_port);
    const ip_addr_t *both[] = {local, remote};
    for (int i = 0; i < 2; i++) {
        uint32_t words[4] = {0};
        if (IP_IS_V6(both[i]))
            memcpy(words, ip_2_ip6(both[i])->addr, sizeof words);
        else
            words[0] = ip_2_ip4(both[i])->addr;
        for (int j = 0; j < 4; j++) {
            x ^= words[j];
            x = spread(&x);
        }
    }
    return (u32_t)(x >> 32) + (u32_t)(now / 4000);
}

/* hook_router is the default router that the tester names: lwIP knows no other way to set one for IPv6. */
const ip6_addr_t *hook_router(struct netif *netif, const ip6_addr_t *destination)
{
    LWIP_UNUSED_ARG(netif);
    LWIP_UNUSED_ARG(destination);
    return ip6_addr_isany_val(router6) ? NULL : &router6;
}

static err_t transmit(struct netif *netif, struct pbuf *p)
{
    static uint8_t frame[UINT16_MAX];
    LWIP_UNUSED_ARG(netif);
    if (muted || !link_up)
        return ERR_OK;
    u16_t n = pbuf_copy_partial(p, frame, p->tot_len, 0);
    event_begin(SENT);
    put(now, 8);
    put_bytes(frame, n);
    message_finish();
    return ERR_OK;
}

static err_t start_interface(struct netif *netif)
{
    const struct configuration *c = netif->state;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = c->mtu;
    netif->hwaddr_len = 6;
    memcpy(netif->hwaddr, c->mac, 6);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = transmit;
    return ERR_OK;
}

static void set_address6(s8_t place, const ip6_addr_t *address)
{
    netif_ip6_addr_set(&interface, place, address);
    netif_ip6_addr_set_state(&interface, place, IP6_ADDR_PREFERRED);
}

/* set_addresses6 sets the address that the tester names, and the link-local address, which lwIP cannot do without, also
   where the former is one. */
static void set_addresses6(const struct configuration *c)
{
    ip6_addr_t own;
    memset(&own, 0, sizeof own);
    memcpy(own.addr, c->address6, 16);
    ip6_addr_assign_zone(&own, IP6_UNICAST, &interface);
    if (ip6_addr_islinklocal(&own)) {
        set_address6(0, &own);
    } else {
        netif_create_ip6_linklocal_address(&interface, 1);
        netif_ip6_addr_set_state(&interface, 0, IP6_ADDR_PREFERRED);
        set_address6(1, &own);
    }
    memset(&router6, 0, sizeof router6);
    memcpy(router6.addr, c->router6, 16);
    ip6_addr_assign_zone(&router6, IP6_UNICAST, &interface);
}

static ip4_addr_t address4(const uint8_t b[4])
{
    ip4_addr_t a;
    memcpy(&a, b, sizeof a);
    return a;
}

bool stack_can(const struct configuration *c)
{
    return c->receive_queue <= UINT16_MAX && c->send_queue <= UINT16_MAX; /* without window scaling */
}

/* set_queues sets how many bytes the queues hold. ESP-IDF counts segments too, 6 to be read and 16 to be sent; the tester
   has been told that bytes count, so there are many more here. */
static void set_queues(uint32_t receive, uint32_t send)
{
    setting_window = (uint16_t)(receive == 0 ? 4096 : receive);
    setting_send_buffer = (uint16_t)(send == 0 ? 4096 : send);
    setting_receive_mbox = 6 + setting_window / 4;
    setting_more_pbufs = setting_send_buffer / 4;
}

/* hush takes back what lwIP would still say of its start: the addresses are in use from the beginning, and nobody was
   told of that. */
static void hush(void)
{
    interface.rs_count = 0;
    for (struct mld_group *g = netif_mld6_data(&interface); g != NULL; g = g->next)
        g->timer = 0;
}

void stack_start(const struct configuration *c)
{
    struct configuration copy = *c;
    uint32_t mask = c->prefix4 == 0 ? 0 : lwip_htonl(UINT32_MAX << (32 - c->prefix4));
    ip4_addr_t netmask = {mask}, own = address4(c->address4), router = address4(c->router4);
    chance = secret = c->seed;
    secret = spread(&secret);
    set_queues(c->receive_queue, c->send_queue);
    if (c->prefix4 == 0)
        ip4_addr_set_zero(&own);
    muted = link_up = true;
    tcpip_init(NULL, NULL);
    tasks_run();
    netif_add(&interface, &own, &netmask, &router, &copy, start_interface, tcpip_input);
    netif_set_default(&interface);
    netif_set_link_up(&interface);
    netif_set_up(&interface);
    if (c->prefix6 != 0)
        set_addresses6(c);
    tasks_run();
    hush();
    muted = false;
    ready = true;
}

static bool groups_tick;

/* groups_wait tells whether a report to a group's routers is to be sent later. */
static bool groups_wait(void)
{
    for (struct igmp_group *g = netif_igmp_data(&interface); g != NULL; g = g->next)
        if (g->timer > 0)
            return true;
    for (struct mld_group *g = netif_mld6_data(&interface); g != NULL; g = g->next)
        if (g->timer > 0)
            return true;
    return false;
}

static void tick_groups(void *unused)
{
    igmp_tmr();
    mld6_tmr();
    groups_tick = groups_wait();
    if (groups_tick)
        sys_timeout(IGMP_TMR_INTERVAL, tick_groups, unused); /* MLD6_TMR_INTERVAL is the same */
}

static void start_groups(void *unused)
{
    sys_timeout(IGMP_TMR_INTERVAL, tick_groups, unused);
}

void stack_settle(void)
{
    tasks_run();
    if (!groups_tick && groups_wait()) {
        groups_tick = true;
        tcpip_callback(start_groups, NULL);
        tasks_run();
    }
}

void stack_deliver(const uint8_t *frame, size_t length)
{
    if (!link_up)
        return;
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
    if (p == NULL)
        abort();
    if (length > 0)
        pbuf_take(p, frame, (u16_t)length);
    if (interface.input(p, &interface) != ERR_OK)
        pbuf_free(p);
    stack_settle();
}

void stack_link(bool up)
{
    link_up = up;
    if (up)
        netif_set_link_up(&interface);
    else
        netif_set_link_down(&interface);
    stack_settle();
}

unsigned stack_interface(uint32_t asked)
{
    return asked == 1 ? netif_get_index(&interface) : asked;
}

static bool any_connections(void)
{
    return tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL || tcp_bound_pcbs != NULL || tcp_listen_pcbs.pcbs != NULL;
}

/* knob_queue sets a queue's length. lwIP has one length for all connections, so there may be none yet. */
static enum status knob_queue(int64_t value, bool receive)
{
    if (value < 1 || value > UINT16_MAX || any_connections())
        return UNSUPPORTED;
    set_queues(receive ? (uint32_t)value : setting_window, receive ? setting_send_buffer : (uint32_t)value);
    return OK;
}

static enum status knob_group(const char *name, int64_t value)
{
    bool join = strstr(name, "join") != NULL;
    err_t e;
    if (name[0] == 'i') {
        ip4_addr_t group = {lwip_htonl(0xe0000000 | (uint32_t)value)};
        e = join ? igmp_joingroup_netif(&interface, &group) : igmp_leavegroup_netif(&interface, &group);
    } else {
        ip6_addr_t group;
        IP6_ADDR(&group, PP_HTONL(0xff0e0000), 0, 0, lwip_htonl((uint32_t)value));
        ip6_addr_assign_zone(&group, IP6_MULTICAST, &interface);
        e = join ? mld6_joingroup_netif(&interface, &group) : mld6_leavegroup_netif(&interface, &group);
    }
    stack_settle();
    return e == ERR_OK ? OK : UNSUPPORTED;
}

static enum status knob_number(const char *name, int64_t value)
{
    static const struct {
        const char *name;
        uint32_t *setting;
    } numbers[] = {
        {"tcp.msl-ms", &setting_msl},
        {"tcp.initial-rto-ms", &setting_rto},
        {"tcp.keep-idle-ms", &setting_keep_idle},
        {"tcp.keep-interval-ms", &setting_keep_interval},
        {"tcp.keep-count", &setting_keep_count},
    };
    for (size_t i = 0; i < LWIP_ARRAYSIZE(numbers); i++)
        if (strcmp(name, numbers[i].name) == 0 && value >= 0 && value <= INT32_MAX) {
            *numbers[i].setting = (uint32_t)value;
            return OK;
        }
    return UNSUPPORTED;
}

/* absent are knobs of what lwIP does not have: it takes "off". */
static const char *const absent[] = {
    "tcp.timestamps", "tcp.window-scale", "tcp.sack", "tcp.ecn", "tcp.path-mtu", "tcp.syn-cookies", "tcp.blackhole",
    "tcp.drop-syn-fin", "tcp.loose-rst", "tcp.loose-syn", "tcp.icmp-resets", "tcp.plain-syn", "tcp.keep-garbage",
    "tcp.idle-restart", "arp.probe", "ipv6.dad-transmits",
};

enum status stack_knob(const char *name, int64_t value)
{
    if (strcmp(name, "tcp.recv-buffer") == 0)
        return knob_queue(value, true);
    if (strcmp(name, "tcp.send-buffer") == 0)
        return knob_queue(value, false);
    if (strncmp(name, "igmp.", 5) == 0 && (strcmp(name + 5, "join") == 0 || strcmp(name + 5, "leave") == 0))
        return knob_group(name, value);
    if (strcmp(name, "mld.join") == 0 || strcmp(name, "mld.leave") == 0)
        return knob_group(name, value);
    if (strcmp(name, "mld.own-groups") == 0)
        return value == 1 ? OK : UNSUPPORTED; /* it always does */
    if (strcmp(name, "tcp.syn-retries") == 0 && value >= 0 && value <= 12) {
        setting_syn_retries = (uint8_t)value;
        return OK;
    }
    for (size_t i = 0; i < LWIP_ARRAYSIZE(absent); i++)
        if (strcmp(name, absent[i]) == 0)
            return value == 0 ? OK : UNSUPPORTED;
    return knob_number(name, value);
}
