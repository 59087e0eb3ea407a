/* lwIP with one Ethernet interface, as the tester configures it. */
#ifndef PEER_STACK_H
#define PEER_STACK_H

#include "wire.h"

struct configuration {
    uint64_t seed;
    uint8_t mac[6];
    uint16_t mtu;
    uint8_t address4[4], prefix4, router4[4];
    uint8_t address6[16], prefix6, router6[16];
    uint32_t receive_queue, send_queue;
};

/* stack_ready tells whether there is a stack. */
bool stack_ready(void);

/* stack_can tells whether a configuration is one that lwIP can have. */
bool stack_can(const struct configuration *);

/* stack_start starts lwIP, once in the life of a process. */
void stack_start(const struct configuration *);

/* stack_settle lets all tasks do what they can do now, and starts the timer of lwIP's groups where one of them waits: in
   ESP-IDF it runs only then. */
void stack_settle(void);

void stack_deliver(const uint8_t *frame, size_t length);
void stack_link(bool up);
enum status stack_knob(const char *name, int64_t value);

/* stack_interface is the number of the interface for what is asked about the first (0: any). */
unsigned stack_interface(uint32_t asked);

#endif
