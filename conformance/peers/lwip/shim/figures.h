/* Figures of lwIP and of its connections. */
#ifndef PEER_FIGURES_H
#define PEER_FIGURES_H

#include "wire.h"

enum status figure(const char *name, unsigned fd, int64_t *value);

#endif
