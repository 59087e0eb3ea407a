// Package expect holds a stack's lwIP personality to what lwIP does, call by call.
//
// An expectation is a sequence of calls in the case language (conformance/LANGUAGE.md), one line each, in which the
// result and the remark behind it are what lwIP did: the result and the error's name, what is in the memory that the call
// got, when it completed (at once, or how many lines on and after what virtual time, in ticks of lwIP's TCP), and what
// poll says afterwards of all descriptors (r readable, w writable, x exception, - none) where that has changed. The files in testdata hold them,
// by topic; each expectation names the rows of compatcheck/rows.txt that it shows. They are checked on any stack that has
// the call c of the stack-under-test protocol (conformance/sut/PROTOCOL.md, Calls in C), without lwIP, and recorded anew
// on lwIP with
//
//	go test ./compatcheck/expect -update
//
// What rests on Espressif's changes to lwIP, or on its C library, is not recorded but written by hand, from the
// documentation: such an expectation has "source: espressif".
//
// The calls are those of lwIP's interface without lwip_, with its numbers by name. An address is {sin_port=htons(7)} or
// {sin6_port=htons(7)}, of the loopback interface if it does not say sin_addr=inet_addr("192.0.2.2"); ... is the peer's. A
// buffer is ..., filled with the alphabet over and over, or a string. Packets come from the peer with <, as in a case;
// what the stack sends is not looked at, but for the numbers that the peer needs.
//
// With "peer: alive" in the header the peer acts by itself (peer.go), and the last line's remark ends with what it has got: that
// is how `stackproof compat diff` writes its programs. `stackproof run FILE.pkt` runs a file of expectations, too.
package expect
