#include "calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ccalls.h"
#include "lwip/priv/sockets_priv.h"
#include "lwip/sockets.h"
#include "names.h"
#include "options.h"
#include "stack.h"
#include "task.h"

enum { TASKS = 256 };

struct call {
    /* What was asked. */
    char name[33], option[33];
    uint8_t task, domain, type, proto;
    unsigned fd, new_fd, flags;
    int32_t value;
    struct address address;
    uint8_t *data; /* asked or given, the call's own */
    size_t length;
    /* What came of it. */
    int ret, error;
    struct address from;
    size_t given;
    bool done, pending;
    struct task *runner;
};

static int descriptors[UINT16_MAX + 1];  /* lwIP's number for the tester's; 0: none */
static struct call *calls[TASKS];        /* that wait, by task */
static void *semaphores[TASKS];          /* of a task from one of its calls to the next */

static int descriptor(unsigned fd)
{
    return descriptors[fd] == 0 ? -1 : descriptors[fd];
}

int descriptor_of(unsigned fd)
{
    return fd > UINT16_MAX ? -1 : descriptor(fd);
}

void descriptor_set(unsigned fd, int s)
{
    descriptors[fd] = s;
}

int descriptor_free(void)
{
    bool taken[LWIP_SOCKET_OFFSET + MEMP_NUM_NETCONN] = {0};
    for (unsigned fd = 0; fd <= UINT16_MAX; fd++)
        taken[descriptors[fd]] = true;
    for (int s = LWIP_SOCKET_OFFSET; s < LWIP_SOCKET_OFFSET + MEMP_NUM_NETCONN; s++)
        if (!taken[s])
            return s;
    return 0; /* what is no socket of lwIP's */
}

struct lwip_sock *call_socket(unsigned fd)
{
    return lwip_socket_dbg_get_socket(descriptor(fd));
}

union socket_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static socklen_t to_socket_address(union socket_address *s, const struct address *a)
{
    memset(s, 0, sizeof *s);
    if (a->family == 6) {
        s->in6.sin6_len = sizeof s->in6;
        s->in6.sin6_family = AF_INET6;
        s->in6.sin6_port = lwip_htons(a->port);
        memcpy(&s->in6.sin6_addr, a->ip, 16);
        return sizeof s->in6;
    }
    s->in.sin_len = sizeof s->in;
    s->in.sin_family = a->family == 4 ? AF_INET : AF_UNSPEC;
    s->in.sin_port = lwip_htons(a->port);
    memcpy(&s->in.sin_addr, a->ip, 4);
    return sizeof s->in;
}

static void from_socket_address(struct address *a, const union socket_address *s, socklen_t length)
{
    memset(a, 0, sizeof *a);
    if (length == 0)
        return;
    if (s->any.sa_family == AF_INET6) {
        a->family = 6;
        a->port = lwip_htons(s->in6.sin6_port);
        memcpy(a->ip, &s->in6.sin6_addr, 16);
    } else if (s->any.sa_family == AF_INET) {
        a->family = 4;
        a->port = lwip_htons(s->in.sin_port);
        memcpy(a->ip, &s->in.sin_addr, 4);
    }
}

static void give_descriptor(struct call *c)
{
    if (c->ret < 0)
        return;
    descriptors[c->new_fd] = c->ret;
    c->ret = (int)c->new_fd;
}

static void do_socket(struct call *c)
{
    int domain = c->domain == 4 ? AF_INET : c->domain == 6 ? AF_INET6 : AF_UNSPEC;
    c->ret = lwip_socket(domain, c->type, c->proto);
    give_descriptor(c);
}

static void do_bind(struct call *c)
{
    union socket_address s;
    socklen_t n = to_socket_address(&s, &c->address);
    c->ret = lwip_bind(descriptor(c->fd), &s.any, n);
}

static void do_listen(struct call *c)
{
    c->ret = lwip_listen(descriptor(c->fd), c->value);
}

static void do_accept(struct call *c)
{
    union socket_address s;
    socklen_t n = sizeof s;
    c->ret = lwip_accept(descriptor(c->fd), &s.any, &n);
    if (c->ret >= 0)
        from_socket_address(&c->from, &s, n);
    give_descriptor(c);
}

static void do_connect(struct call *c)
{
    union socket_address s;
    socklen_t n = to_socket_address(&s, &c->address);
    c->ret = lwip_connect(descriptor(c->fd), &s.any, n);
}

static int message_flags(unsigned flags)
{
    return (flags & 1 ? MSG_PEEK : 0) | (flags & 2 ? MSG_DONTWAIT : 0) | (flags & 4 ? MSG_MORE : 0) |
           (flags & 8 ? MSG_OOB : 0);
}

/* received notes how much of the data there is: recvfrom of a datagram may say more than it gives. */
static void received(struct call *c)
{
    c->given = c->ret > 0 ? LWIP_MIN((size_t)c->ret, (size_t)c->value) : 0;
}

static void do_recv(struct call *c)
{
    c->ret = (int)lwip_recv(descriptor(c->fd), c->data, (size_t)c->value, message_flags(c->flags));
    received(c);
}

static void do_recvfrom(struct call *c)
{
    union socket_address s;
    socklen_t n = sizeof s;
    memset(&s, 0, sizeof s);
    c->ret = (int)lwip_recvfrom(descriptor(c->fd), c->data, (size_t)c->value, message_flags(c->flags), &s.any, &n);
    received(c);
    if (c->ret >= 0)
        from_socket_address(&c->from, &s, n);
}

static void do_send(struct call *c)
{
    c->ret = (int)lwip_send(descriptor(c->fd), c->data, c->length, message_flags(c->flags));
}

static void do_sendto(struct call *c)
{
    union socket_address s;
    socklen_t n = to_socket_address(&s, &c->address);
    bool to = c->address.family != 0;
    c->ret = (int)lwip_sendto(descriptor(c->fd), c->data, c->length, message_flags(c->flags), to ? &s.any : NULL, to ? n : 0);
}

static void do_shutdown(struct call *c)
{
    c->ret = lwip_shutdown(descriptor(c->fd), c->value);
}

static void do_close(struct call *c)
{
    int fd = descriptor(c->fd);
    descriptors[c->fd] = 0;
    c->ret = lwip_close(fd);
}

static void do_setsockopt(struct call *c)
{
    c->ret = option_set(descriptor(c->fd), c->option, c->data, c->length);
}

static void do_getsockopt(struct call *c)
{
    c->ret = option_get(descriptor(c->fd), c->option, c->data, &c->given);
}

static void do_getsockname(struct call *c)
{
    union socket_address s;
    socklen_t n = sizeof s;
    c->ret = lwip_getsockname(descriptor(c->fd), &s.any, &n);
    if (c->ret == 0)
        from_socket_address(&c->from, &s, n);
}

static void do_getpeername(struct call *c)
{
    union socket_address s;
    socklen_t n = sizeof s;
    c->ret = lwip_getpeername(descriptor(c->fd), &s.any, &n);
    if (c->ret == 0)
        from_socket_address(&c->from, &s, n);
}

static void do_nonblock(struct call *c)
{
    c->ret = lwip_fcntl(descriptor(c->fd), F_SETFL, c->value != 0 ? O_NONBLOCK : 0);
}

static void do_poll(struct call *c)
{
    static const struct {
        unsigned theirs;
        short ours;
    } bits[] = {{1, POLLIN}, {2, POLLOUT}, {4, POLLERR}, {16, POLLNVAL}, {32, POLLPRI}}; /* lwIP has no POLLHUP */
    struct pollfd p = {.fd = descriptor(c->fd)};
    unsigned got = 0;
    for (size_t i = 0; i < LWIP_ARRAYSIZE(bits); i++)
        if (c->flags & bits[i].theirs)
            p.events |= bits[i].ours;
    c->ret = lwip_poll(&p, 1, c->value);
    for (size_t i = 0; i < LWIP_ARRAYSIZE(bits); i++)
        if (p.revents & bits[i].ours)
            got |= bits[i].theirs;
    c->data[0] = (uint8_t)got;
    c->data[1] = 0;
    c->given = c->ret >= 0 ? 2 : 0;
}

/* do_c makes any call, as C has it. Nothing fails but what is called: that is in the data. */
static void do_c(struct call *c)
{
    uint8_t *text = c->data;
    c->data = c_call(text, c->length, c->new_fd, &c->given);
    free(text);
    c->ret = 0;
}

static const struct {
    const char *name;
    void (*make)(struct call *);
} table[] = {
    {"socket", do_socket},         {"bind", do_bind},         {"listen", do_listen},
    {"accept", do_accept},         {"connect", do_connect},   {"read", do_recv},
    {"write", do_send},            {"recv", do_recv},         {"send", do_send},
    {"recvfrom", do_recvfrom},     {"sendto", do_sendto},     {"shutdown", do_shutdown},
    {"close", do_close},           {"setsockopt", do_setsockopt}, {"getsockopt", do_getsockopt},
    {"getsockname", do_getsockname}, {"getpeername", do_getpeername}, {"nonblock", do_nonblock},
    {"poll", do_poll},               {"c", do_c},
};

static void (*find(const char *name))(struct call *)
{
    for (size_t i = 0; i < LWIP_ARRAYSIZE(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].make;
    return NULL;
}

static bool is(const struct call *c, const char *name)
{
    return strcmp(c->name, name) == 0;
}

static void put_result(const struct call *c)
{
    static const struct address none;
    bool failed = c->ret < 0;
    put(c->pending && !c->done, 1);
    put(c->pending ? c->task : 0, 2);
    put(c->done ? (uint32_t)c->ret : 0, 4);
    put_name(c->done && failed ? error_name(c->error) : "0");
    put_address(c->done && !failed ? &c->from : &none);
    put_bytes(c->data, c->done && !failed ? c->given : 0);
}

/* run is what a task does. A call that was pending tells of its end at once; one that was not is answered by who made
   it. */
static void run(void *argument)
{
    struct call *c = argument;
    void **semaphore = task_slot(c->runner);
    *semaphore = semaphores[c->task];
    errno = 0;
    find(c->name)(c);
    c->error = errno;
    c->done = true;
    semaphores[c->task] = *semaphore;
    if (!c->pending)
        return;
    event_begin(DONE);
    put(now, 8);
    put_result(c);
    message_finish();
    calls[c->task] = NULL;
    free(c->data);
    free(c);
}

static struct call *request_call(void)
{
    struct call *c = calloc(1, sizeof *c);
    get_name(c->name);
    c->task = (uint8_t)get(1);
    c->fd = (unsigned)get(2);
    c->new_fd = (unsigned)get(2);
    c->domain = (uint8_t)get(1);
    c->type = (uint8_t)get(1);
    c->proto = (uint8_t)get(1);
    get_name(c->option);
    c->flags = (unsigned)get(2);
    c->value = (int32_t)get(4);
    get_address(&c->address);
    const uint8_t *data = get_rest(&c->length);
    size_t wanted = is(c, "read") || is(c, "recv") || is(c, "recvfrom") ? (size_t)(c->value > 0 ? c->value : 0) : 0;
    c->data = malloc(LWIP_MAX(LWIP_MAX(LWIP_MIN(wanted, LONGEST_DATA), c->length), 32));
    if (c->data == NULL)
        abort();
    if (c->length > 0)
        memcpy(c->data, data, c->length);
    return c;
}

/* admit says what of a call cannot be. */
static enum status admit(const struct call *c, const char **reason)
{
    bool receives = is(c, "read") || is(c, "recv") || is(c, "recvfrom");
    bool opens = is(c, "socket") || is(c, "accept");
    if (request_bad())
        return MALFORMED;
    if (is(c, "c") && !c_call_known(c->data, c->length, &opens)) {
        *reason = "no such call in C";
        return UNSUPPORTED;
    }
    if (find(c->name) == NULL) {
        *reason = "no such call";
        return UNSUPPORTED;
    }
    if ((is(c, "setsockopt") || is(c, "getsockopt")) && !option_known(c->option, is(c, "setsockopt"))) {
        *reason = "lwIP has no such option";
        return UNSUPPORTED;
    }
    if (receives && (c->value < 0 || c->value > LONGEST_DATA))
        return MALFORMED;
    if (calls[c->task] != NULL || (opens && descriptors[c->new_fd] != 0))
        return MALFORMED;
    for (int i = 0; opens && i < TASKS; i++)
        if (calls[i] != NULL && (is(calls[i], "accept") || is(calls[i], "c")) && calls[i]->new_fd == c->new_fd)
            return MALFORMED;
    return OK;
}

void call_answer(void)
{
    struct call *c = request_call();
    const char *reason = "";
    enum status status = admit(c, &reason);
    if (status == OK) {
        c->runner = task_start(run, c, false);
        stack_settle();
        c->pending = !c->done;
        if (c->pending)
            calls[c->task] = c;
    }
    answer_begin(CALL, status, tasks_deadline(), reason);
    if (status == OK)
        put_result(c);
    message_finish();
    if (!c->pending) {
        free(c->data);
        free(c);
    }
}

enum status call_cancel(unsigned id)
{
    if (id >= TASKS || calls[id] == NULL)
        return MALFORMED;
    /* The call's own memory stays: lwIP may still hold pointers there, as it does where a task is deleted. */
    task_kill(calls[id]->runner);
    calls[id] = NULL;
    semaphores[id] = NULL;
    return OK;
}
