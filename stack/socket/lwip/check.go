package lwip

import (
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// Check looks whether the face is one that can be, as it is between two calls, over a stack that Stack.Check finds sound.
// calls are all that are blocked: a reference to a descriptor's row that is none of theirs is never given back, and the
// descriptor is lost.
func (f *Face) Check(calls []*Op) invariant.Violation {
	if v := f.core.Check(); !v.Holds() {
		return v
	}
	for row := range f.sockets {
		v := &f.sockets[row]
		refs, writes, lingers := f.refs(row, calls)
		if v.refs != 0 && !v.closed {
			refs++
		}
		switch {
		case int(v.refs) != refs:
			return invariant.FaceRefs.At(row)
		case v.refs == 0 && *v != Socket{},
			v.writing != writes,
			f.has(row, lingers) && !f.fits(row, lingers):
			return invariant.FaceRow.At(row)
		}
	}
	return invariant.Violation{}
}

// refs counts the references that blocked calls have to a row, and tells whether a send is among the calls, and a close.
func (f *Face) refs(row int, calls []*Op) (n int, writes, lingers bool) {
	for _, op := range calls {
		if op.call == callNone {
			continue
		}
		if int(op.row) == row {
			n++
			writes = writes || op.call == callSend
			lingers = lingers || op.call == callClose
		}
		n += int(op.held >> row & 1)
	}
	return n, writes, lingers
}

// has tells whether a row has a socket: it is open, or a close that lingers waits for what it has sent.
func (f *Face) has(row int, lingers bool) bool {
	v := &f.sockets[row]
	return v.refs != 0 && (!v.closed || lingers)
}

// fits reports whether a row's socket is there, is of the row's kind, and is no other row's before it.
func (f *Face) fits(row int, lingers bool) bool {
	v := &f.sockets[row]
	sock := int(v.sock)
	if f.core.Kind(sock) != v.kind || f.core.IsIPv6(sock) != v.v6 || v.listening != (f.core.State(sock) == tcp.Listen) {
		return false
	}
	if v.kind != socket.Stream && (v.listening || v.connect || lingers) {
		return false
	}
	for i := range row {
		if o := &f.sockets[i]; o.refs != 0 && !o.closed && o.sock == v.sock {
			return false
		}
	}
	return true
}
