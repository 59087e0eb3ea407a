package posix

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// FirstFD is the lowest descriptor: 0 to 2 are a program's standard streams.
const FirstFD = 3

// Descriptor is the storage of one descriptor.
type Descriptor struct {
	file int16 // row of the file, plus one; 0: the descriptor is free
}

// File is the storage of one open file description: what a descriptor and the calls blocked on it refer to. A socket
// lives until the last of them is gone, so closing a descriptor does not disturb a call that another task is in.
type File struct {
	refs      int16 // 0: the row is free
	sock      int16
	progress  progress
	nonblock  bool
	keepAlive bool
	linger    bool
	lingerFor time.Duration
	recvLimit time.Duration // SO_RCVTIMEO; 0: none
	sendLimit time.Duration // SO_SNDTIMEO; 0: none
}

// progress is how far the program knows that a stream's connection has come.
type progress uint8

const (
	unconnected progress = iota
	connecting           // connect was called, and none has told the program the outcome
	established          // connect or accept has returned success
)

// Face is one program's descriptors over a table of sockets. Init makes it ready.
type Face struct {
	core  *socket.Table
	fds   []Descriptor
	files []File
}

// Init makes f a face over core with no descriptor open. A program can have as many descriptors as fds has elements.
// There should be as many files, and more if descriptors are closed while calls are blocked on them: ENFILE says that
// they do not suffice.
func (f *Face) Init(core *socket.Table, fds []Descriptor, files []File) {
	f.core, f.fds, f.files = core, fds, files
	for i := range fds {
		fds[i] = Descriptor{}
	}
	for i := range files {
		files[i] = File{}
	}
}

// CopyFrom makes f a snapshot of o, in f's own storage. f stays over its own table, which has to be a snapshot of o's.
// Blocked calls are their owner's to copy: an Op refers to nothing but its buffers. It returns false, and changes
// nothing, if the storages differ in size.
func (f *Face) CopyFrom(o *Face) bool {
	if len(f.fds) != len(o.fds) || len(f.files) != len(o.files) {
		return false
	}
	copy(f.fds, o.fds)
	copy(f.files, o.files)
	return true
}

// Families and types for Socket.
const (
	IPv4 = 4 // AF_INET
	IPv6 = 6 // AF_INET6

	Stream   = 1 // SOCK_STREAM
	Datagram = 2 // SOCK_DGRAM
)

// Protocols for Socket, as IANA numbers them; 0 is the type's own.
const (
	protoTCP = 6
	protoUDP = 17
)

// Socket makes a socket and returns its descriptor, the lowest that is free. EAFNOSUPPORT, EINVAL (unknown type),
// EPROTONOSUPPORT, EMFILE, ENFILE.
func (f *Face) Socket(family, typ, proto int) (fd int, e Errno) {
	kind, own := socket.Stream, protoTCP
	if typ == Datagram {
		kind, own = socket.Datagram, protoUDP
	}
	switch {
	case family != IPv4 && family != IPv6:
		return -1, EAFNOSUPPORT
	case typ != Stream && typ != Datagram:
		return -1, EINVAL
	case proto != 0 && proto != own:
		return -1, EPROTONOSUPPORT
	}
	fd, file, e := f.room()
	if e != ENone {
		return -1, e
	}
	sock, c := f.core.Open(kind, family == IPv6)
	if c != stack.OK {
		return -1, ENFILE
	}
	f.install(fd, file, File{sock: int16(sock)})
	return fd, ENone
}

// room finds the lowest free descriptor and a free file.
func (f *Face) room() (fd, file int, e Errno) {
	fd, file = 0, 0
	for fd < len(f.fds) && f.fds[fd].file != 0 {
		fd++
	}
	for file < len(f.files) && f.files[file].refs != 0 {
		file++
	}
	switch {
	case fd == len(f.fds):
		return -1, -1, EMFILE
	case file == len(f.files):
		return -1, -1, ENFILE
	}
	return fd + FirstFD, file, ENone
}

// install opens a descriptor that room has found.
func (f *Face) install(fd, file int, v File) {
	v.refs = 1
	f.files[file] = v
	f.fds[fd-FirstFD].file = int16(file + 1)
}

// lookup returns the row of fd's file, -1 if fd is not open.
func (f *Face) lookup(fd int) int {
	if fd < FirstFD || fd-FirstFD >= len(f.fds) {
		return -1
	}
	return int(f.fds[fd-FirstFD].file) - 1
}

// open returns fd's file, nil if fd is not open.
func (f *Face) open(fd int) *File {
	i := f.lookup(fd)
	if i < 0 {
		return nil
	}
	return &f.files[i]
}

// unref takes a reference away; with the last the socket ends.
func (f *Face) unref(now time.Duration, file int) {
	v := &f.files[file]
	v.refs--
	switch {
	case v.refs > 0:
	case v.linger && v.lingerFor == 0:
		f.core.Abort(now, int(v.sock))
	default:
		f.core.Close(now, int(v.sock))
	}
}

// SetNonblock sets or clears O_NONBLOCK. EBADF.
func (f *Face) SetNonblock(fd int, on bool) Errno {
	v := f.open(fd)
	if v == nil {
		return EBADF
	}
	v.nonblock = on
	return ENone
}

// Inspect returns the core's table and fd's socket in it, for what the face itself has no call for. ok is false if fd
// is not open.
func (f *Face) Inspect(fd int) (core *socket.Table, sock int, ok bool) {
	v := f.open(fd)
	if v == nil {
		return nil, -1, false
	}
	return f.core, int(v.sock), true
}

// takeError returns the error that is pending at the file's socket, as SO_ERROR would, and clears it. As on Linux, a
// reset behind the peer's FIN is EPIPE: there was nothing more to read, only to write.
func (f *Face) takeError(v *File) Errno {
	sock := int(v.sock)
	c := f.core.TakeError(sock)
	if c == stack.Reset && f.core.Ready(sock)&socket.PeerClosed != 0 {
		return EPIPE
	}
	return errno(c)
}
