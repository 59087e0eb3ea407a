// Package diff holds this project's lwIP face against lwIP itself with socket programs that nobody has thought of.
//
// A program is an expectation (compatcheck/expect) whose results are not known: calls of several tasks on stream, datagram
// and raw sockets, over IPv4, IPv6 and the loopback, and between them what a peer sends, loses and refuses. It is drawn from
// a seed and a number, and runs on both stacks. Results, errors, what is left in memory, readiness, when calls return, and
// what the peer has got in the end are compared. A difference is shrunk to the lines that it takes, and is then a script that
// runs again. What is known is a list (known.txt), with a reason on each line.
package diff
