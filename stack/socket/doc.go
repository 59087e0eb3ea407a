// Package socket is the neutral core of the socket layer: one table of sockets, stream, datagram and raw, of IPv4, IPv6
// or both, over one stack. It never blocks and it knows no error numbers: every operation answers at once with the full
// cause, and whoever has to wait asks again after the stack's next Poll. What an application sees (numbers, blocking, time-outs) is
// the business of the faces that stand on it.
//
// Operations change state but send nothing of TCP: the owner polls the stack afterwards, at the same time. Datagrams
// leave at once.
package socket
