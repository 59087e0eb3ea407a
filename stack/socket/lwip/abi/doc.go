// Package abi has the numbers and structures of lwIP's socket interface as a C program compiled with ESP-IDF for a 32-bit
// RISC-V chip sees them: lwIP 2.x's own where ESP-IDF does not put another in their place, those of its C library (newlib's
// numbering of errors and files, FD_SETSIZE, a 64-bit time_t) and of its headers where it does.
//
// A constant has the name that it has in C, and the type int where C's macro has no type. A structure is a value with Put,
// which writes it as C lays it out in memory (little-endian, with zeros where C pads), and a Parse function that reads it;
// neither needs alignment. SizeofX is C's sizeof. The tag of a field is the member's name in C. A pointer is a Ptr.
//
// compatcheck/abi compiles lwIP's own headers for RISC-V and compares every constant, size, offset and byte.
package abi
