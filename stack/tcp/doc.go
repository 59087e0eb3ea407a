// Package tcp is the pure state of one TCP connection (RFC 9293): segments, calls and time go in, decisions come out.
// It knows no addresses and no ports, holds no bytes and sends nothing. Whoever owns a [Conn] keeps the two byte
// queues ([Ring]) and does what the decisions say.
package tcp
