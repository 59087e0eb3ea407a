/* Errors by name. */
#ifndef PEER_NAMES_H
#define PEER_NAMES_H

/* error_name is the protocol's name for an errno. */
const char *error_name(int error);

/* error_place is the name's place in the protocol's list of errors. */
int error_place(int error);

/* error_number is the number that newlib has for an errno. */
int error_number(int error);

#endif
