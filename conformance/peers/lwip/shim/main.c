/* lwIP as a stack under test. lwIP cannot be started twice in one process, so each reset has one of its own: this process
   has never started lwIP, and the child that it makes answers all requests until the next reset, which it hands back. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "figures.h"
#include "stack.h"
#include "task.h"
#include "wire.h"

/* How late lwIP's timers may act: TCP's tick. */
static const uint64_t tick = 500000000;

static void answer(unsigned operation, enum status status, const char *reason)
{
    answer_begin(operation, status, stack_ready() ? tasks_deadline() : NEVER, reason);
}

static void capabilities(void)
{
    static const char *const features[] = {
        "ipv4", "ipv6", "arp", "ndp", "icmp", "icmpv6", "udp", "tcp", "link", "raw-frame", "counter", "tcp-info",
        "urgent", /* its headers have MSG_OOB and POLLPRI, and its calls take them */
    };
    const size_t n = sizeof features / sizeof features[0];
    get(2);
    answer(CAPABILITIES, request_bad() ? MALFORMED : OK, "");
    if (request_bad())
        return;
    put(2, 2);
    put(LONGEST, 4);
    put(tick, 8);
    put_name("lwip");
    put_name("lwip");
    put(n, 1);
    for (size_t i = 0; i < n; i++)
        put_name(features[i]);
}

static bool read_configuration(struct configuration *c)
{
    c->seed = get(8);
    memcpy(c->mac, get_bytes(6), 6);
    c->mtu = (uint16_t)get(2);
    memcpy(c->address4, get_bytes(4), 4);
    c->prefix4 = (uint8_t)get(1);
    memcpy(c->router4, get_bytes(4), 4);
    memcpy(c->address6, get_bytes(16), 16);
    c->prefix6 = (uint8_t)get(1);
    memcpy(c->router6, get_bytes(16), 16);
    c->receive_queue = (uint32_t)get(4);
    c->send_queue = (uint32_t)get(4);
    return !request_bad() && c->prefix4 <= 32 && c->prefix6 <= 128;
}

static void deliver(void)
{
    size_t n;
    const uint8_t *frame = get_rest(&n);
    if (n > LONGEST_FRAME) {
        answer(DELIVER, MALFORMED, "longer than 2000 bytes");
        return;
    }
    stack_deliver(frame, n);
    answer(DELIVER, OK, "");
}

static void advance(void)
{
    uint64_t to = get(8);
    if (request_bad() || to < now || to >> 63 != 0) {
        answer(ADVANCE, MALFORMED, "no time, or one in the past");
        return;
    }
    tasks_advance(to);
    answer(ADVANCE, OK, "");
}

static void cancel(void)
{
    unsigned id = (unsigned)get(2);
    answer(CANCEL, request_bad() ? MALFORMED : call_cancel(id), "");
}

static void set_link(void)
{
    uint64_t up = get(1);
    if (!request_bad())
        stack_link(up != 0);
    answer(LINK, request_bad() ? MALFORMED : OK, "");
}

static void knob(void)
{
    char name[33];
    get_name(name);
    int64_t value = (int64_t)get(8);
    enum status status = request_bad() ? MALFORMED : stack_knob(name, value);
    answer(KNOB, status, status == UNSUPPORTED ? "lwIP cannot be set so" : "");
}

static void inspect(void)
{
    char name[33];
    int64_t value = 0;
    get_name(name);
    unsigned fd = (unsigned)get(2);
    enum status status = request_bad() ? MALFORMED : figure(name, fd, &value);
    answer(INSPECT, status, "");
    if (status == OK)
        put((uint64_t)value, 8);
}

static void end(void)
{
    answer(BYE, OK, "");
    message_finish();
    wire_flush();
    exit(0);
}

/* serve answers any request but a good reset. */
static void serve(unsigned operation)
{
    if (operation == CAPABILITIES)
        capabilities();
    else if (operation == BYE)
        end();
    else if (operation == 0 || operation > BYE)
        answer(operation, UNSUPPORTED, "no such operation");
    else if (operation == RESET)
        answer(operation, MALFORMED, "not a configuration");
    else if (!stack_ready())
        answer(operation, MALFORMED, "not reset yet");
    else if (operation == DELIVER)
        deliver();
    else if (operation == ADVANCE)
        advance();
    else if (operation == CALL) {
        call_answer();
        wire_flush();
        return;
    } else if (operation == CANCEL)
        cancel();
    else if (operation == LINK)
        set_link();
    else if (operation == KNOB)
        knob();
    else
        inspect();
    message_finish();
    wire_flush();
}

/* until_reset answers requests until one is a good reset, which it leaves to the caller; at the end of the input it ends
   the process. */
static void until_reset(void)
{
    struct configuration c;
    while (request_read()) {
        unsigned operation = request_start();
        if (operation == RESET && read_configuration(&c))
            return;
        serve(operation);
    }
    exit(0);
}

/* reset answers the reset that is the request, with a stack if it can be had. */
static void reset(void)
{
    struct configuration c;
    request_start();
    read_configuration(&c);
    bool can = stack_can(&c);
    if (can)
        stack_start(&c);
    answer(RESET, can ? OK : UNSUPPORTED, can ? "" : "lwIP has queues of 65535 bytes at most without window scaling");
    message_finish();
    wire_flush();
}

/* child is a stack's life: from one reset to the next, which it writes to the pipe. */
static _Noreturn void child(int to_parent)
{
    reset();
    until_reset();
    size_t n;
    const uint8_t *body = request_body(&n);
    _exit(write(to_parent, body, n) == (ssize_t)n ? 0 : 1);
}

/* ended ends this process as its child has ended. */
static _Noreturn void ended(int status)
{
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(void)
{
    uint8_t body[512];
    until_reset();
    for (;;) {
        int ends[2], status;
        pid_t parent = getpid();
        if (pipe(ends) != 0)
            return 1;
        pid_t pid = fork();
        if (pid < 0) {
            perror("lwip: fork");
            return 1;
        }
        if (pid == 0) {
            close(ends[0]);
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(1);
            child(ends[1]);
        }
        close(ends[1]);
        ssize_t n = read(ends[0], body, sizeof body);
        close(ends[0]);
        waitpid(pid, &status, 0);
        if (n <= 0)
            ended(status);
        request_set(body, (size_t)n);
    }
}
