/* Calls as a C program makes them, whatever they are: PROTOCOL.md, "Calls in C". */
#ifndef PEER_CCALLS_H
#define PEER_CCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number that lwIP has for one of the tester's descriptors, -1 for none, and a new one. */
int descriptor_of(unsigned fd);
void descriptor_set(unsigned fd, int s);

/* descriptor_free is a number of lwIP's that no descriptor of the tester's has. */
int descriptor_free(void);

/* c_call_known tells whether the text is that of a call that c_call can make; opens: it makes a descriptor. */
bool c_call_known(const uint8_t *text, size_t length, bool *opens);

/* c_call makes it and returns what came of it, n bytes of new memory. */
uint8_t *c_call(const uint8_t *text, size_t length, unsigned new_fd, size_t *n);

#endif
