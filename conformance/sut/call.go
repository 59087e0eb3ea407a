package sut

// FD is a symbolic descriptor: the tester's own name for a socket. The tester chooses the name when it starts the
// call that makes the socket (Call.NewFD); the shim keeps the table to the stack's numbers.
type FD uint16

// CallID names a pending call.
type CallID uint16

// Op is a socket call. Arguments not named at an Op are 0.
type Op uint8

const (
	OpSocket      Op = iota // NewFD, Domain, Type, Proto
	OpBind                  // FD, Addr
	OpListen                // FD, Value = backlog
	OpAccept                // FD, NewFD; Result.Addr is the peer
	OpConnect               // FD, Addr
	OpRead                  // FD, Value = bytes wanted; Result.Data
	OpWrite                 // FD, Data
	OpRecv                  // FD, Value = bytes wanted, Flags; Result.Data
	OpSend                  // FD, Data, Flags
	OpRecvFrom              // FD, Value = bytes wanted, Flags; Result.Data, Result.Addr
	OpSendTo                // FD, Data, Flags, Addr
	OpShutdown              // FD, Value = how (ShutRead, ShutWrite, ShutBoth)
	OpClose                 // FD
	OpSetSockOpt            // FD, Option, Data (see Option for the layout)
	OpGetSockOpt            // FD, Option; Result.Data
	OpGetSockName           // FD; Result.Addr
	OpGetPeerName           // FD; Result.Addr
	OpSetNonblock           // FD, Value = 0 or 1: fcntl(F_SETFL, O_NONBLOCK)
	OpPoll                  // FD, Value = time-out in ms (-1: none), Flags = events asked; Result.Ret = count, Result.Data = revents (uint16)
	OpC                     // NewFD, Data = a call in C; Result.Data = what came of it (PROTOCOL.md, Calls in C)
	ops
)

const opNames names = "socket bind listen accept connect read write recv send recvfrom sendto shutdown close setsockopt getsockopt " +
	"getsockname getpeername nonblock poll c"

// String is the call's name on the wire and in scripts.
func (o Op) String() string {
	return opNames.of(uint8(o))
}

// Known tells whether o is one of the calls above.
func (o Op) Known() bool { return o < ops }

// OpByName finds a call; a name that this version does not know is Unknown and not ok.
func OpByName(name []byte) (o Op, ok bool) {
	v, ok := opNames.find(name)
	return Op(v), ok
}

// Domain, Type, How, MsgFlags and PollEvents have these values whatever the stack's own are.
const (
	DomainIPv4 = 4
	DomainIPv6 = 6

	TypeStream   = 1
	TypeDatagram = 2

	ShutRead  = 0
	ShutWrite = 1
	ShutBoth  = 2

	MsgPeek     = 1 << 0
	MsgDontWait = 1 << 1
	MsgMore     = 1 << 2
	MsgOOB      = 1 << 3

	PollIn  = 1 << 0
	PollOut = 1 << 1
	PollErr = 1 << 2
	PollHup = 1 << 3
	PollNil = 1 << 4 // POLLNVAL
	PollPri = 1 << 5
)

// Addr is an address with a port. Family is 0 (none), DomainIPv4 (IP's first four bytes) or DomainIPv6.
type Addr struct {
	Family uint8
	IP     [16]byte
	Port   uint16
}

// Call is one socket call with its arguments; Op says which of them count. Data is borrowed until the call
// completes: a pending call's data must stay as it is.
type Call struct {
	Op     Op
	Task   uint8 // the task (thread) that makes the call; a task has one pending call at most
	FD     FD
	NewFD  FD
	Domain uint8
	Type   uint8
	Proto  uint8
	Option Option
	Flags  uint16
	Value  int32
	Addr   Addr
	Data   []byte
}

// Result is what a call returned. Ret is the return value (-1 with Err set on failure; a new socket's is NewFD).
// Data and Addr as the Op says; Data is borrowed until the next operation.
type Result struct {
	Pending bool
	ID      CallID // of a call that is pending, 0 otherwise
	Ret     int32
	Err     Errno
	Addr    Addr
	Data    []byte
}
