// Package simulate runs whole networks in virtual time. A seed says which hosts there are, on two wires with a router
// between them, what their applications do, and what goes wrong and when. In the first phase the faults happen, and what
// an application reads must be a prefix of what the other one has written; then the network heals, and everything must
// complete within a budget of virtual time; in the end all is closed, and nothing may be left. Which rare things happened
// on the way is counted: goals that must be hit over many seeds.
//
// A run has no goroutine and no clock: the same seed gives the same trace, to the last bit.
package simulate
