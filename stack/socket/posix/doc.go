// Package posix is the POSIX face of the socket layer: descriptors, error names, blocking and non-blocking calls, as
// POSIX and, where POSIX leaves a choice, Linux have them.
//
// A call that may have to wait is an [Op]. The method of its name starts it; where that answers false the call is
// blocked, and its owner calls [Face.Step] after each Poll of the stack, and at [Face.Deadline], until it answers true.
// So virtual time and tasks that really block can both drive it. Calls that are blocked at the same time are to be
// stepped in the order in which they were started.
//
// Like the core, the face sends no TCP segment by itself: poll the stack after each call.
package posix
