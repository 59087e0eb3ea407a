// Package stack is a TCP/IP stack for one Ethernet interface, IPv4 and IPv6, that needs no heap, no clock and no
// goroutine.
//
// The caller owns everything: the storage handed to Init, the device, the entropy, and time. Poll does all the work
// that is due and says when there is more; the few other methods that send take the time too. After any of them the
// next deadline may have moved: ask Poll again. A Stack is not safe for concurrent use; one owner polls it.
package stack
