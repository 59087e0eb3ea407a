package posix

import "stackproof/stack/invariant"

// Check looks whether the face is one that can be, as it is between two calls, over a stack that Stack.Check finds sound.
// calls are all that are blocked: a reference to a file that is neither a descriptor's nor one of theirs is never given
// back, and its socket never ends.
func (f *Face) Check(calls []*Op) invariant.Violation {
	if v := f.core.Check(); !v.Holds() {
		return v
	}
	for i := range f.fds {
		if n := int(f.fds[i].file); n < 0 || n > len(f.files) {
			return invariant.FaceRow.At(i)
		}
	}
	for i := range f.files {
		v := &f.files[i]
		switch {
		case int(v.refs) != f.refs(i, calls):
			return invariant.FaceRefs.At(i)
		case v.refs != 0 && (f.core.Kind(int(v.sock)) == 0 || f.isShared(i)):
			return invariant.FaceRow.At(i)
		}
	}
	return invariant.Violation{}
}

// refs counts the references that descriptors and blocked calls have to a file.
func (f *Face) refs(file int, calls []*Op) (n int) {
	for i := range f.fds {
		if int(f.fds[i].file) == file+1 {
			n++
		}
	}
	for _, op := range calls {
		if op.call != callNone && int(op.file) == file {
			n++
		}
	}
	return n
}

// isShared reports whether a file before this one has the same socket.
func (f *Face) isShared(file int) bool {
	for i := range file {
		if o := &f.files[i]; o.refs != 0 && o.sock == f.files[file].sock {
			return true
		}
	}
	return false
}
