#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t in[LONGEST];
static size_t in_length, in_at;
static bool bad;

static uint8_t out[LONGEST + 4];
static size_t out_length;
static unsigned id, events; /* of the request, and in answer to it */

/* fill reads n bytes of standard input, past the C library, which would take bytes of the next request into this
   process though another one will answer it. */
static bool fill(uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = read(STDIN_FILENO, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool request_read(void)
{
    uint8_t prefix[4];
    if (!fill(prefix, sizeof prefix))
        return false;
    in_length = prefix[0] | (size_t)prefix[1] << 8 | (size_t)prefix[2] << 16 | (size_t)prefix[3] << 24;
    if (in_length < 3 || in_length > LONGEST)
        exit(1); /* the tester and this shim have lost each other */
    return fill(in, in_length);
}

void request_set(const uint8_t *body, size_t length)
{
    memcpy(in, body, length);
    in_length = length;
}

const uint8_t *request_body(size_t *length)
{
    *length = in_length;
    return in;
}

unsigned request_start(void)
{
    in_at = 0;
    bad = false;
    events = 0;
    unsigned operation = (unsigned)get(1);
    id = (unsigned)get(2);
    return operation;
}

bool request_bad(void)
{
    return bad;
}

const uint8_t *get_bytes(size_t n)
{
    static const uint8_t zeros[256];
    if (in_length - in_at < n) {
        bad = true;
        in_at = in_length;
        return zeros;
    }
    in_at += n;
    return in + in_at - n;
}

uint64_t get(size_t bytes)
{
    const uint8_t *p = get_bytes(bytes);
    uint64_t v = 0;
    while (bytes-- > 0)
        v = v << 8 | p[bytes];
    return v;
}

const uint8_t *get_rest(size_t *n)
{
    *n = in_length - in_at;
    in_at = in_length;
    return in + in_length - *n;
}

void get_name(char name[33])
{
    size_t n = (size_t)get(1);
    const uint8_t *p = get_bytes(n);
    if (n > 32) {
        bad = true;
        n = 0;
    }
    memcpy(name, p, n);
    name[n] = 0;
}

void get_address(struct address *a)
{
    a->family = (uint8_t)get(1);
    memcpy(a->ip, get_bytes(16), 16);
    a->port = (uint16_t)get(2);
}

void put(uint64_t value, size_t bytes)
{
    for (; bytes-- > 0; value >>= 8)
        out[out_length++] = (uint8_t)value;
}

void put_bytes(const void *p, size_t n)
{
    if (n > 0)
        memcpy(out + out_length, p, n);
    out_length += n;
}

void put_name(const char *s)
{
    put(strlen(s), 1);
    put_bytes(s, strlen(s));
}

void put_address(const struct address *a)
{
    put(a->family, 1);
    put_bytes(a->ip, 16);
    put(a->port, 2);
}

static void begin(unsigned kind)
{
    out_length = 4; /* room for the length */
    put(kind, 1);
    put(id, 2);
}

void event_begin(unsigned kind)
{
    begin(kind);
    events++;
}

void answer_begin(unsigned operation, enum status status, uint64_t deadline, const char *reason)
{
    begin(0x80 | operation);
    put(status, 1);
    put(events, 2);
    put(deadline, 8);
    put_name(reason);
}

void message_finish(void)
{
    size_t whole = out_length;
    out_length = 0;
    put(whole - 4, 4);
    fwrite(out, 1, whole, stdout);
}

void wire_flush(void)
{
    fflush(stdout);
}
