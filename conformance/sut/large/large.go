// Package large makes hosts of this project's own stack in a computer's memory, which no image has: a connection's queues
// can be a megabyte long each, and the longest datagrams go out and come in.
package large

import "stackproof/conformance/sut/inproc"

// New makes a host. Beside it is, when it is asked for, one whose sockets are as lwIP has them.
func New() *inproc.Host {
	h := host()
	h.Beside(host)
	return h
}

func host() *inproc.Host {
	h := &inproc.Host{}
	h.InitLarge(new(inproc.Large))
	return h
}
