// Package lwip is the lwIP face of the socket layer: the calls of lwIP's socket interface as ESP-IDF ships it, with lwIP's
// results, numbers and order of checks, over the neutral core. Numbers and structures are package abi's; addresses, options
// and messages come and go as the bytes that C has in memory. What is deliberately otherwise than in lwIP is listed in
// compatcheck/DEVIATIONS.md.
//
// A call that may have to wait is an [Op]. The method of its name starts it; where that answers false the call is blocked,
// [Op.Wait] says on what, and its owner calls [Face.Step] after each Poll of the stack, and at [Op.Deadline], until it
// answers true. So a loop in virtual time, a task of an RTOS and goroutines (package blocking) can all stand on it. Calls
// that are blocked at the same time are to be stepped in the order in which they were started.
//
// Like the core, the face sends no TCP segment by itself: poll the stack after each call. Errors are errno as the calling
// task finds it; a call that succeeds leaves it alone.
package lwip
