// Package replay plays the TCP connections of a capture again, with this project's stack in the place of one end: once in
// the client's and once in the server's. What the other end sent is fed as the capture has it, in its order and at its
// times, lost, doubled and reordered segments included; only addresses and sequence numbers are mapped. The application
// above the stack does what the capture shows that the other one did: it writes when that wrote, and closes when that
// closed. Then what it reads must be what the capture carries to the last byte, and what the stack sends must be what the
// capture carries the other way.
//
// The stack cuts a stream into segments of its own, so an acknowledgment in the capture may be for what the stack has not
// sent yet. It is held back until the stack has; where the stack waits for room in the network, acknowledgments of what it
// has sent are put in, as a peer may send them at any time.
package replay
