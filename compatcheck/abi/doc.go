// Package abi holds stack/socket/lwip/abi against C: its test compiles lwIP's own headers for 32-bit RISC-V, with the
// settings of ESP-IDF and the headers of the C library from which ESP-IDF's numbers come, and compares every constant,
// size and offset, and each structure byte for byte.
//
// The headers are those of Debian's lwIP source package (conformance/peers/lwip fetches it) and of picolibc, which has
// newlib's numbers; in rv32 is what lwIP wants to be told. What only Espressif's own headers define cannot be compared
// here: those names stand in the test, in a list that says where each comes from, and the test prints them.
package abi
