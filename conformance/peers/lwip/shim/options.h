/* Socket options by name. */
#ifndef PEER_OPTIONS_H
#define PEER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* option_known tells whether lwIP has a number for an option, and a direction for it. */
bool option_known(const char *name, bool set);

/* option_set and option_get call lwip_setsockopt and lwip_getsockopt with the value as the protocol lays it out; out has
   room for 32 bytes. */
int option_set(int s, const char *name, const uint8_t *value, size_t length);
int option_get(int s, const char *name, uint8_t *out, size_t *length);

#endif
