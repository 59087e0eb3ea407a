package abi

// Err is lwIP's err_t: what its functions below the sockets answer.
type Err int8

const (
	ERR_OK         Err = 0
	ERR_MEM        Err = -1
	ERR_BUF        Err = -2
	ERR_TIMEOUT    Err = -3
	ERR_RTE        Err = -4
	ERR_INPROGRESS Err = -5
	ERR_VAL        Err = -6
	ERR_WOULDBLOCK Err = -7
	ERR_USE        Err = -8
	ERR_ALREADY    Err = -9
	ERR_ISCONN     Err = -10
	ERR_CONN       Err = -11
	ERR_IF         Err = -12
	ERR_ABRT       Err = -13
	ERR_RST        Err = -14
	ERR_CLSD       Err = -15
	ERR_ARG        Err = -16
)

// errnos are the numbers that the socket layer makes of an Err, by its amount (lwIP's api/err.c).
var errnos = [...]Errno{
	0, ENOMEM, ENOBUFS, EWOULDBLOCK, EHOSTUNREACH, EINPROGRESS, EINVAL, EWOULDBLOCK, EADDRINUSE, EALREADY, EISCONN,
	ENOTCONN, ErrnoIF, ECONNABORTED, ECONNRESET, ENOTCONN, EIO,
}

// Errno is what the socket layer makes of e; EIO of what is no Err.
func (e Err) Errno() Errno {
	if e > 0 || e < ERR_ARG {
		return EIO
	}
	return errnos[-int(e)]
}
