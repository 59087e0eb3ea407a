/* What lwIP takes for constants and the tester sets: variables, each with ESP-IDF's value at first. */
#ifndef PEER_SETTINGS_H
#define PEER_SETTINGS_H

#include <stdint.h>

extern uint16_t setting_window;       /* of every connection, in bytes */
extern uint16_t setting_send_buffer;  /* likewise */
extern int setting_receive_mbox;      /* segments of a connection that wait to be read */
extern unsigned setting_more_pbufs;   /* beyond 16 in a connection's send queue */
extern uint32_t setting_rto;          /* the first retransmission time-out, in ms */
extern uint32_t setting_msl;          /* in ms */
extern uint8_t setting_syn_retries;
extern uint32_t setting_keep_idle;    /* in ms */
extern uint32_t setting_keep_interval; /* in ms */
extern uint32_t setting_keep_count;

#endif
