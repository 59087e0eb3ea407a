/* Messages of conformance/sut/PROTOCOL.md on a pipe: the request that is being answered, and the one that is being made. */
#ifndef PEER_WIRE_H
#define PEER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum status { OK, UNSUPPORTED, MALFORMED };
enum { CAPABILITIES = 1, RESET, DELIVER, ADVANCE, CALL, CANCEL, LINK, KNOB, INSPECT, BYE };
enum { SENT = 0xc1, DONE = 0xc2 };

#define LONGEST 1049600 /* bytes of a request */
#define LONGEST_DATA 1048576
#define LONGEST_FRAME 2000

struct address {
    uint8_t family; /* 0 none, 4, 6 */
    uint8_t ip[16];
    uint16_t port;
};

/* The request. Reading beyond its end gives zeros, and then request_bad is true. */
bool request_read(void);                            /* the next from standard input; false at its end */
void request_set(const uint8_t *body, size_t length); /* one from elsewhere */
const uint8_t *request_body(size_t *length);
bool request_bad(void);
uint64_t get(size_t bytes);
const uint8_t *get_bytes(size_t n);
const uint8_t *get_rest(size_t *n);
void get_name(char name[33]);
void get_address(struct address *);

/* A message: begun, filled, finished. An event counts among those that the final answer tells of. */
void event_begin(unsigned kind);
void answer_begin(unsigned operation, enum status, uint64_t deadline, const char *reason);
void put(uint64_t value, size_t bytes);
void put_bytes(const void *, size_t n);
void put_name(const char *);
void put_address(const struct address *);
void message_finish(void);

/* wire_flush writes all that is finished; it must be called before the process forks or waits for the tester. */
void wire_flush(void);

/* request_start begins to take the request apart and returns its operation. */
unsigned request_start(void);

#endif
