#include "ccalls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "lwip/if_api.h"
#include "lwip/netdb.h"
#include "lwip/sockets.h"
#include "names.h"

enum kind { NUMBER, DESCRIPTOR, MEMORY, NOTHING, SET, POLLS, PIECES };
enum { ARGUMENTS = 8, MOST = 64 };

/* What lies behind all memory, as zeros: a call may say more than there is, and texts end there. */
enum { BEHIND = 1 << 17 };

/* An argument. What memory it needs is its own, and freed with it. */
struct argument {
    enum kind kind;
    int32_t number;
    uint8_t *memory; /* MEMORY; all PIECES, one behind the other */
    size_t length;
    unsigned n; /* SET, POLLS, PIECES */
    unsigned fds[MOST];
    fd_set set;
    struct pollfd polls[MOST];
    struct iovec pieces[MOST];
};

struct arguments {
    struct argument a[ARGUMENTS];
    unsigned n;
    unsigned new_fd;
};

/* The text of a call; reading beyond its end gives zeros and sets bad. */
struct text {
    const uint8_t *p, *end;
    bool bad;
};

static uint32_t take(struct text *t, size_t bytes)
{
    uint32_t v = 0;
    if ((size_t)(t->end - t->p) < bytes) {
        t->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        v |= (uint32_t)t->p[i] << 8 * i;
    t->p += bytes;
    return v;
}

static void *some(size_t n)
{
    void *p = calloc(1, n + BEHIND);
    if (p == NULL)
        abort();
    return p;
}

static void take_bytes(struct text *t, uint8_t *to, size_t n)
{
    if ((size_t)(t->end - t->p) < n) {
        t->bad = true;
        return;
    }
    memcpy(to, t->p, n);
    t->p += n;
}

/* The events of poll have other numbers in ESP-IDF than in lwIP. */
static const struct {
    short theirs, ours;
} events[] = {{0x01, POLLIN}, {0x02, POLLRDNORM}, {0x04, POLLRDBAND}, {0x08, POLLOUT}, {0x10, POLLWRBAND},
              {0x20, POLLERR}, {0x40, POLLHUP},   {0x80, POLLNVAL}};

static short translated(short from, bool to_ours)
{
    short to = 0;
    for (size_t i = 0; i < LWIP_ARRAYSIZE(events); i++)
        if (from & (to_ours ? events[i].theirs : events[i].ours))
            to |= to_ours ? events[i].ours : events[i].theirs;
    return to;
}

static void take_pieces(struct text *t, struct argument *a)
{
    a->memory = some((size_t)(t->end - t->p));
    for (unsigned i = 0; i < a->n; i++) {
        size_t n = take(t, 2);
        if (n == UINT16_MAX) { /* a piece that is nowhere */
            a->pieces[i].iov_len = 4;
            continue;
        }
        a->pieces[i].iov_base = a->memory + a->length;
        a->pieces[i].iov_len = n;
        take_bytes(t, a->memory + a->length, n);
        if (t->bad)
            return;
        a->length += n;
    }
}

static void take_argument(struct text *t, struct argument *a)
{
    a->kind = (enum kind)take(t, 1);
    switch (a->kind) {
    case NUMBER:
        a->number = (int32_t)take(t, 4);
        return;
    case DESCRIPTOR:
        a->fds[0] = take(t, 2);
        a->number = descriptor_of(a->fds[0]);
        return;
    case MEMORY:
        a->length = take(t, 2);
        a->memory = some(a->length);
        take_bytes(t, a->memory, a->length);
        return;
    case NOTHING:
        return;
    case SET:
    case POLLS:
    case PIECES:
        a->n = take(t, 1);
        if (a->n > MOST)
            t->bad = true;
        break;
    default:
        t->bad = true;
    }
    if (t->bad)
        return;
    if (a->kind == PIECES) {
        take_pieces(t, a);
        return;
    }
    for (unsigned i = 0; i < a->n; i++) {
        a->fds[i] = take(t, 2);
        int s = a->fds[i] == UINT16_MAX ? -1 : descriptor_of(a->fds[i]);
        if (s < 0 && a->fds[i] != UINT16_MAX)
            s = descriptor_free(); /* what is no descriptor any more */
        if (a->kind == SET)
            FD_SET(s < 0 ? 0 : s, &a->set);
        else
            a->polls[i] = (struct pollfd){.fd = s, .events = translated((short)take(t, 2), true)};
    }
}

/* What is made of a call. */
struct answer {
    uint8_t *p;
    size_t n, room;
};

static void give_bytes(struct answer *to, const void *p, size_t n)
{
    if (to->room - to->n < n) {
        to->room = 2 * to->room + n;
        to->p = realloc(to->p, to->room);
        if (to->p == NULL)
            abort();
    }
    if (n > 0)
        memcpy(to->p + to->n, p, n);
    to->n += n;
}

static void give(struct answer *to, uint32_t v, size_t bytes)
{
    uint8_t b[4];
    for (size_t i = 0; i < bytes; i++)
        b[i] = (uint8_t)(v >> 8 * i);
    give_bytes(to, b, bytes);
}

static void give_argument(struct answer *to, struct argument *a)
{
    unsigned in = 0;
    switch (a->kind) {
    case MEMORY:
    case PIECES:
        give_bytes(to, a->memory, a->length);
        break;
    case SET:
        for (unsigned i = 0; i < a->n; i++)
            in += descriptor_of(a->fds[i]) >= 0 && FD_ISSET(descriptor_of(a->fds[i]), &a->set);
        give(to, in, 1);
        for (unsigned i = 0; i < a->n; i++)
            if (descriptor_of(a->fds[i]) >= 0 && FD_ISSET(descriptor_of(a->fds[i]), &a->set))
                give(to, a->fds[i], 2);
        break;
    case POLLS:
        for (unsigned i = 0; i < a->n; i++)
            give(to, (uint16_t)translated(a->polls[i].revents, false), 2);
        break;
    default:
        break;
    }
}

/* The calls. N and M are an argument as a number and as memory, NULL where it is none. */
#define N(i) (c->a[i].number)
#define M(i) ((void *)c->a[i].memory)
#define CALL(name) static int c_##name(struct arguments *c)

/* size is the length that argument i says of the memory that is argument i - 1; what is beyond all memory is not asked for. */
static size_t size(const struct arguments *c, int i)
{
    return LWIP_MIN((size_t)(uint32_t)N(i), c->a[i - 1].length + BEHIND);
}

/* parts is the number of pieces that argument i says, and what lwIP refuses. */
static int parts(const struct arguments *c, int i)
{
    int n = (int)c->a[i - 1].n;
    return N(i) > n && N(i) <= IOV_MAX ? n : N(i);
}

static int made(struct arguments *c, int s)
{
    if (s < 0)
        return s;
    descriptor_set(c->new_fd, s);
    return s;
}

static fd_set *set_of(struct argument *a)
{
    return a->kind == SET ? &a->set : NULL;
}

CALL(socket) { return made(c, lwip_socket(N(0), N(1), N(2))); }
CALL(accept) { return made(c, lwip_accept(N(0), M(1), M(2))); }
CALL(bind) { return lwip_bind(N(0), M(1), (socklen_t)N(2)); }
CALL(listen) { return lwip_listen(N(0), N(1)); }
CALL(connect) { return lwip_connect(N(0), M(1), (socklen_t)N(2)); }
CALL(shutdown) { return lwip_shutdown(N(0), N(1)); }
CALL(getsockname) { return lwip_getsockname(N(0), M(1), M(2)); }
CALL(getpeername) { return lwip_getpeername(N(0), M(1), M(2)); }

/* getsockopt tells of SO_ERROR by newlib's number, as what a call fails with is told. */
CALL(getsockopt)
{
    int ret = lwip_getsockopt(N(0), N(1), N(2), M(3), M(4)), error;
    if (ret == 0 && N(1) == SOL_SOCKET && N(2) == SO_ERROR) {
        memcpy(&error, M(3), sizeof error); /* lwIP takes no other length */
        error = error_number(error);
        memcpy(M(3), &error, sizeof error);
    }
    return ret;
}

CALL(setsockopt) { return lwip_setsockopt(N(0), N(1), N(2), M(3), (socklen_t)N(4)); }
CALL(read) { return (int)lwip_read(N(0), M(1), size(c, 2)); }
CALL(recv) { return (int)lwip_recv(N(0), M(1), size(c, 2), N(3)); }
CALL(recvfrom) { return (int)lwip_recvfrom(N(0), M(1), size(c, 2), N(3), M(4), M(5)); }
CALL(write) { return (int)lwip_write(N(0), M(1), size(c, 2)); }
CALL(send) { return (int)lwip_send(N(0), M(1), size(c, 2), N(3)); }
CALL(sendto) { return (int)lwip_sendto(N(0), M(1), size(c, 2), N(3), M(4), (socklen_t)N(5)); }
CALL(readv) { return (int)lwip_readv(N(0), c->a[1].pieces, parts(c, 2)); }
CALL(writev) { return (int)lwip_writev(N(0), c->a[1].pieces, parts(c, 2)); }

CALL(close)
{
    descriptor_set(c->a[0].fds[0], 0);
    return lwip_close(N(0));
}

/* message makes a msghdr of a descriptor, a name, pieces, their number and ancillary data. */
static struct msghdr message(struct arguments *c)
{
    return (struct msghdr){
        .msg_name = M(1), .msg_namelen = (socklen_t)c->a[1].length,
        .msg_iov = c->a[2].kind == PIECES ? c->a[2].pieces : NULL, .msg_iovlen = parts(c, 3),
        .msg_control = M(4), .msg_controllen = (socklen_t)c->a[4].length,
    };
}

CALL(sendmsg)
{
    struct msghdr m = message(c);
    return (int)lwip_sendmsg(N(0), &m, N(5));
}

/* recvmsg without a place for what the message has afterwards is one without a message. */
CALL(recvmsg)
{
    struct msghdr m = message(c);
    int ret = (int)lwip_recvmsg(N(0), c->a[6].kind == MEMORY ? &m : NULL, N(5));
    if (c->a[6].kind == MEMORY && c->a[6].length == 12) {
        int32_t after[] = {(int32_t)m.msg_namelen, (int32_t)m.msg_controllen, m.msg_flags};
        memcpy(M(6), after, sizeof after);
    }
    return ret;
}

CALL(select)
{
    /* The time-out is ESP-IDF's struct timeval, which has a long of 32 bits. */
    struct timeval t = {0};
    const uint8_t *p = M(4);
    if (p != NULL && c->a[4].length == 16) {
        int64_t seconds;
        int32_t microseconds;
        memcpy(&seconds, p, 8);
        memcpy(&microseconds, p + 8, 4);
        t = (struct timeval){seconds, microseconds};
    }
    return lwip_select(N(0), set_of(&c->a[1]), set_of(&c->a[2]), set_of(&c->a[3]), p == NULL ? NULL : &t);
}

CALL(poll)
{
    bool some = c->a[0].kind == POLLS;
    return lwip_poll(some ? c->a[0].polls : NULL, some ? LWIP_MIN((nfds_t)N(1), c->a[0].n) : (nfds_t)N(1), N(2));
}

enum { THEIR_NONBLOCK = 0x4000, THEIR_READ = 0x4004667f, THEIR_BLOCK = (int)0x8004667e };

CALL(fcntl)
{
    int value = (N(2) & ~THEIR_NONBLOCK) | (N(2) & THEIR_NONBLOCK ? O_NONBLOCK : 0);
    int ret = lwip_fcntl(N(0), N(1), value);
    return ret < 0 ? ret : (ret & ~O_NONBLOCK) | (ret & O_NONBLOCK ? THEIR_NONBLOCK : 0);
}

CALL(ioctl)
{
    long command = N(1) == THEIR_READ ? (long)FIONREAD : N(1) == THEIR_BLOCK ? (long)FIONBIO : N(1);
    return lwip_ioctl(N(0), command, M(2));
}

CALL(inet_pton) { return lwip_inet_pton(N(0), M(1), M(2)); }
CALL(inet_ntop) { return lwip_inet_ntop(N(0), M(1), M(2), (socklen_t)N(3)) != NULL; }
CALL(if_nametoindex) { return (int)lwip_if_nametoindex(M(0)); }
CALL(if_indextoname) { return lwip_if_indextoname((unsigned)N(0), M(1)) != NULL; }

/* The memory that getaddrinfo's last argument is gets the first result: six numbers (how many results there are, flags,
   family, type, protocol, length of the address), the address (28 bytes) and the canonical name. */
CALL(getaddrinfo)
{
    struct addrinfo hints = {0}, *first = NULL;
    if (c->a[2].kind == MEMORY && c->a[2].length == 16) {
        const int32_t *h = M(2);
        hints.ai_flags = h[0];
        hints.ai_family = h[1];
        hints.ai_socktype = h[2];
        hints.ai_protocol = h[3];
    }
    int ret = lwip_getaddrinfo(M(0), M(1), c->a[2].kind == MEMORY ? &hints : NULL, c->a[3].kind == MEMORY ? &first : NULL);
    if (ret != 0 || first == NULL || c->a[3].length < 64)
        return ret;
    int32_t head[] = {0, first->ai_flags, first->ai_family, first->ai_socktype, first->ai_protocol, (int32_t)first->ai_addrlen};
    for (struct addrinfo *a = first; a != NULL; a = a->ai_next)
        head[0]++;
    uint8_t *to = M(3);
    memcpy(to, head, sizeof head);
    memcpy(to + 24, first->ai_addr, LWIP_MIN((size_t)first->ai_addrlen, 28));
    if (first->ai_canonname != NULL)
        strncpy((char *)to + 52, first->ai_canonname, c->a[3].length - 53);
    lwip_freeaddrinfo(first);
    return 0;
}

/* host notes an answer of gethostbyname: h_errno, type and length of the address, the address. */
static int host(struct argument *a, const struct hostent *h, int error)
{
    int32_t head[] = {error, h == NULL ? 0 : h->h_addrtype, h == NULL ? 0 : h->h_length};
    if (a->length < 28)
        return h != NULL;
    memcpy(a->memory, head, sizeof head);
    if (h != NULL)
        memcpy(a->memory + 12, h->h_addr_list[0], LWIP_MIN((size_t)h->h_length, 16));
    return h != NULL;
}

CALL(gethostbyname)
{
    h_errno = 0;
    struct hostent *h = lwip_gethostbyname(M(0));
    return host(&c->a[1], h, h_errno);
}

/* gethostbyname_r has the length of its buffer behind the name. */
CALL(gethostbyname_r)
{
    struct hostent entry, *result = NULL;
    int error = 0;
    size_t n = (size_t)N(1);
    char *buffer = some(n);
    int ret = lwip_gethostbyname_r(M(0), &entry, buffer, n, &result, &error);
    host(&c->a[2], ret == 0 ? result : NULL, error);
    free(buffer);
    return ret;
}

static const struct {
    const char *name;
    int (*make)(struct arguments *);
    unsigned arguments;
    bool opens;
} table[] = {
    {"socket", c_socket, 3, true},          {"accept", c_accept, 3, true},
    {"bind", c_bind, 3, false},             {"listen", c_listen, 2, false},
    {"connect", c_connect, 3, false},       {"shutdown", c_shutdown, 2, false},
    {"close", c_close, 1, false},           {"getsockname", c_getsockname, 3, false},
    {"getpeername", c_getpeername, 3, false}, {"getsockopt", c_getsockopt, 5, false},
    {"setsockopt", c_setsockopt, 5, false}, {"read", c_read, 3, false},
    {"recv", c_recv, 4, false},             {"recvfrom", c_recvfrom, 6, false},
    {"recvmsg", c_recvmsg, 7, false},       {"readv", c_readv, 3, false},
    {"write", c_write, 3, false},           {"send", c_send, 4, false},
    {"sendto", c_sendto, 6, false},         {"sendmsg", c_sendmsg, 6, false},
    {"writev", c_writev, 3, false},         {"select", c_select, 5, false},
    {"poll", c_poll, 3, false},             {"fcntl", c_fcntl, 3, false},
    {"ioctl", c_ioctl, 3, false},           {"inet_pton", c_inet_pton, 3, false},
    {"inet_ntop", c_inet_ntop, 4, false},   {"if_nametoindex", c_if_nametoindex, 1, false},
    {"if_indextoname", c_if_indextoname, 2, false}, {"getaddrinfo", c_getaddrinfo, 4, false},
    {"gethostbyname", c_gethostbyname, 2, false}, {"gethostbyname_r", c_gethostbyname_r, 3, false},
};

/* find is the place of a text's call in the table, -1 where there is none; t stands behind the name then. */
static int find(struct text *t)
{
    size_t n = take(t, 1);
    for (size_t i = 0; !t->bad && n <= (size_t)(t->end - t->p) && i < LWIP_ARRAYSIZE(table); i++)
        if (strlen(table[i].name) == n && memcmp(table[i].name, t->p, n) == 0) {
            t->p += n;
            return (int)i;
        }
    return -1;
}

static void take_arguments(struct text *t, struct arguments *c)
{
    while (!t->bad && t->p < t->end && c->n < ARGUMENTS)
        take_argument(t, &c->a[c->n++]);
    t->bad = t->bad || t->p < t->end;
}

static void free_arguments(struct arguments *c)
{
    for (unsigned i = 0; i < c->n; i++)
        free(c->a[i].memory);
    free(c);
}

bool c_call_known(const uint8_t *text, size_t length, bool *opens)
{
    struct text t = {text, text + length, false};
    struct arguments *c = some(sizeof *c);
    int i = find(&t);
    if (i >= 0)
        take_arguments(&t, c);
    bool known = i >= 0 && !t.bad && c->n == table[i].arguments;
    *opens = known && table[i].opens;
    free_arguments(c);
    return known;
}

uint8_t *c_call(const uint8_t *text, size_t length, unsigned new_fd, size_t *n)
{
    struct text t = {text, text + length, false};
    struct arguments *c = some(sizeof *c);
    struct answer to = {0};
    c->new_fd = new_fd;
    int i = find(&t);
    take_arguments(&t, c);
    errno = 0;
    int ret = table[i].make(c);
    give(&to, (uint32_t)ret, 4);
    give(&to, (uint32_t)error_number(errno), 4);
    for (unsigned j = 0; j < c->n; j++)
        give_argument(&to, &c->a[j]);
    free_arguments(c);
    *n = to.n;
    return to.p;
}
