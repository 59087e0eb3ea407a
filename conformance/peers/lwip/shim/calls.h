/* Socket calls: each is made by a task of its own until it returns. */
#ifndef PEER_CALLS_H
#define PEER_CALLS_H

#include "wire.h"

struct lwip_sock;

/* call_answer makes the call that the request describes and answers it. */
void call_answer(void);

enum status call_cancel(unsigned id);

/* call_socket is lwIP's socket for the tester's number, NULL if there is none. */
struct lwip_sock *call_socket(unsigned fd);

#endif
