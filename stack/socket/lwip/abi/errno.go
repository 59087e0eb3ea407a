package abi

// Errno is an error's number in C's errno; 0 is none. The numbers are newlib's, which picolibc has too.
type Errno int32

const (
	EPERM           Errno = 1
	ENOENT          Errno = 2
	EINTR           Errno = 4
	EIO             Errno = 5
	ENXIO           Errno = 6
	EBADF           Errno = 9
	EAGAIN          Errno = 11
	ENOMEM          Errno = 12
	EACCES          Errno = 13
	EFAULT          Errno = 14
	EBUSY           Errno = 16
	EEXIST          Errno = 17
	ENODEV          Errno = 19
	EINVAL          Errno = 22
	ENFILE          Errno = 23
	EMFILE          Errno = 24
	ENOTTY          Errno = 25
	ENOSPC          Errno = 28
	EPIPE           Errno = 32
	ERANGE          Errno = 34
	EPROTO          Errno = 71
	ENOSYS          Errno = 88
	ENAMETOOLONG    Errno = 91
	EOPNOTSUPP      Errno = 95
	EPFNOSUPPORT    Errno = 96
	ECONNRESET      Errno = 104
	ENOBUFS         Errno = 105
	EAFNOSUPPORT    Errno = 106
	EPROTOTYPE      Errno = 107
	ENOTSOCK        Errno = 108
	ENOPROTOOPT     Errno = 109
	ESHUTDOWN       Errno = 110
	ECONNREFUSED    Errno = 111
	EADDRINUSE      Errno = 112
	ECONNABORTED    Errno = 113
	ENETUNREACH     Errno = 114
	ENETDOWN        Errno = 115
	ETIMEDOUT       Errno = 116
	EHOSTDOWN       Errno = 117
	EHOSTUNREACH    Errno = 118
	EINPROGRESS     Errno = 119
	EALREADY        Errno = 120
	EDESTADDRREQ    Errno = 121
	EMSGSIZE        Errno = 122
	EPROTONOSUPPORT Errno = 123
	EADDRNOTAVAIL   Errno = 125
	ENETRESET       Errno = 126
	EISCONN         Errno = 127
	ENOTCONN        Errno = 128
	ENOTSUP         Errno = 134
	EILSEQ          Errno = 138
	EOVERFLOW       Errno = 139
	ECANCELED       Errno = 140

	EWOULDBLOCK = EAGAIN
)

// ErrnoIF is what errno is after ERR_IF, which has no number of its own: minus one, literally.
const ErrnoIF Errno = -1

// String returns the name that C has; "0" for no error, "-1" for ErrnoIF.
func (e Errno) String() string {
	switch e {
	case 0:
		return "0"
	case ErrnoIF:
		return "-1"
	}
	for i := range errnoNames {
		if errnoNames[i].errno == e {
			return errnoNames[i].name
		}
	}
	return "unknown error"
}

// ErrnoByName is the number of an error that String names; ok is false if there is none.
func ErrnoByName(name string) (e Errno, ok bool) {
	for i := range errnoNames {
		if errnoNames[i].name == name {
			return errnoNames[i].errno, true
		}
	}
	switch name {
	case "0":
		return 0, true
	case "-1":
		return ErrnoIF, true
	case "EWOULDBLOCK":
		return EWOULDBLOCK, true
	}
	return 0, false
}

var errnoNames = [...]struct {
	errno Errno
	name  string
}{
	{EPERM, "EPERM"},
	{ENOENT, "ENOENT"},
	{EINTR, "EINTR"},
	{EIO, "EIO"},
	{ENXIO, "ENXIO"},
	{EBADF, "EBADF"},
	{EAGAIN, "EAGAIN"},
	{ENOMEM, "ENOMEM"},
	{EACCES, "EACCES"},
	{EFAULT, "EFAULT"},
	{EBUSY, "EBUSY"},
	{EEXIST, "EEXIST"},
	{ENODEV, "ENODEV"},
	{EINVAL, "EINVAL"},
	{ENFILE, "ENFILE"},
	{EMFILE, "EMFILE"},
	{ENOTTY, "ENOTTY"},
	{ENOSPC, "ENOSPC"},
	{EPIPE, "EPIPE"},
	{ERANGE, "ERANGE"},
	{EPROTO, "EPROTO"},
	{ENOSYS, "ENOSYS"},
	{ENAMETOOLONG, "ENAMETOOLONG"},
	{EOPNOTSUPP, "EOPNOTSUPP"},
	{EPFNOSUPPORT, "EPFNOSUPPORT"},
	{ECONNRESET, "ECONNRESET"},
	{ENOBUFS, "ENOBUFS"},
	{EAFNOSUPPORT, "EAFNOSUPPORT"},
	{EPROTOTYPE, "EPROTOTYPE"},
	{ENOTSOCK, "ENOTSOCK"},
	{ENOPROTOOPT, "ENOPROTOOPT"},
	{ESHUTDOWN, "ESHUTDOWN"},
	{ECONNREFUSED, "ECONNREFUSED"},
	{EADDRINUSE, "EADDRINUSE"},
	{ECONNABORTED, "ECONNABORTED"},
	{ENETUNREACH, "ENETUNREACH"},
	{ENETDOWN, "ENETDOWN"},
	{ETIMEDOUT, "ETIMEDOUT"},
	{EHOSTDOWN, "EHOSTDOWN"},
	{EHOSTUNREACH, "EHOSTUNREACH"},
	{EINPROGRESS, "EINPROGRESS"},
	{EALREADY, "EALREADY"},
	{EDESTADDRREQ, "EDESTADDRREQ"},
	{EMSGSIZE, "EMSGSIZE"},
	{EPROTONOSUPPORT, "EPROTONOSUPPORT"},
	{EADDRNOTAVAIL, "EADDRNOTAVAIL"},
	{ENETRESET, "ENETRESET"},
	{EISCONN, "EISCONN"},
	{ENOTCONN, "ENOTCONN"},
	{ENOTSUP, "ENOTSUP"},
	{EILSEQ, "EILSEQ"},
	{EOVERFLOW, "EOVERFLOW"},
	{ECANCELED, "ECANCELED"},
}
