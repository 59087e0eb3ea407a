// Package verify has three codecs read each frame of a capture, and compares what they have read field by field: the
// stack's (stack/wire), the judge's (conformance/frame), and gopacket's, which shares nothing with either. What the stack's
// codec has read it then writes again, and the bytes must be those of the capture.
//
// The three need not say the same of what is malformed. The judge's codec is for what a sender may send, so it stops at
// what a receiver lets pass (a reserved bit, padding that is not zero); from there on it has no say. gopacket is wrong
// here and there; known.txt lists where and why, and any other disagreement is a failure.
package verify
