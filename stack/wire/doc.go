// Package wire holds the formats of what travels on the cable, and nothing else: Ethernet, ARP, IPv4, IPv6, ICMP,
// NDP, UDP and TCP. It is the ground floor of the stack; no state, no policy and no time live here.
//
// Every protocol has two levels.
//
// A named byte slice ([Ethernet], [IPv4Packet], [TCP] ...) is a view of received bytes. Only its Check function makes
// one from bytes of unknown worth. After the check the slice ends where the message ends (what a frame carries behind
// it, such as Ethernet padding, is cut off), and no accessor can panic. Accessors return parts of the same memory.
//
// A small value ([IPv4Fields], [TCPFields] ...) holds the same header unpacked. Put writes it, Parse reads it back, and
// Parse(Put(x)) == x for every valid x. Put needs a buffer that is long enough (a shorter one is the caller's mistake
// and panics before a byte is written) and returns how many bytes the header takes. A header that covers what follows
// it with a checksum is finished by SetChecksum on the view, once the rest is in place.
//
// Nothing here allocates, and nothing needs more than 32 bits.
package wire
