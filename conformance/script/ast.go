package script

import "time"

// Script is a parsed script.
type Script struct {
	File    string
	Header  []Comment // the first block of comments: prose and metadata (Meta reads it)
	Options []Option
	Events  []Event
	Tail    []Comment // comments after the last event
}

// Comment is one line of comment, without the slashes.
type Comment struct {
	Pos   Pos
	Blank bool // a blank line stands before it
	Text  string
}

// Option is one `--name=value` line.
type Option struct {
	Pos    Pos
	Doc    []Comment
	Blank  bool // a blank line stands before it
	Name   string
	Value  string
	Quoted bool
}

// Event is one timed line.
type Event struct {
	Pos    Pos
	Doc    []Comment
	Blank  bool // a blank line stands before it
	Time   Time
	Action Action
	Phrase string // the comment at the line's end
}

// TimeKind says what a Time is counted from.
type TimeKind uint8

const (
	TimeAbsolute TimeKind = iota // from the start of the script
	TimeRelative                 // from the previous event (+)
	TimeAny                      // *
)

// Time is when an event happens, or between which times.
type Time struct {
	Kind  TimeKind
	At    time.Duration
	Range bool
	To    time.Duration // with Range
}

// Action is what an event does: *Packet, *Call, *Command, *Code, *Idle, *Wait, *Link, *Knob or *Inspect.
type Action interface{ action() }

// Packet is a packet from the peer (Out false, `<`) or from the stack under test (`>`).
type Packet struct {
	Pos      Pos
	Out      bool
	Flow     int      // extension: `flow N`; 0 where nothing is said
	Encap    []string // encapsulations before the packet, the outermost first, as written without the colon
	IP       []IPItem
	Ports    Ports
	Body     Body
	Fields   []Field
	Data     string // `data 0102`: the payload as hexadecimal digits; "": the pattern
	Truncate int    // 0: whole
	Pad      int    // 0: none
	PadByte  int
}

// IPItem is one item of `[tos 0x10, ttl 64]`: tos (class), dscp, flowlabel and ttl (hlim) with a number, options with
// bytes, or noecn, ect0, ect1, ect01, ce.
type IPItem struct {
	Pos  Pos
	Name string
	N    Num
	Hex  string // options
}

// Ports is `sport > dport`.
type Ports struct {
	Set      bool
	Src, Dst uint16
}

// Num is a number and how it was written.
type Num struct {
	N   uint32
	Hex bool
}

// OptNum is a number that may be left out.
type OptNum struct {
	Set bool
	Num
}

// Body is what a packet carries: *TCP, *UDP, *ICMP, *ARP, *ND, *Eth or *IP.
type Body interface{ body() }

// TCP is a segment; sequence numbers are relative, or with Abs as they stand.
type TCP struct {
	Flags    string // as written; "-" for none
	Seq      uint32
	Abs      bool // `0:0(0)!`
	AnySeq   bool // `...(0)`
	Len      uint16
	Ack      OptNum
	Win      OptNum
	Urg      OptNum
	Options  []TCPOption
	Ellipsis bool // `<...>`: options are not compared; `<mss 1460, ...>`: others may follow
	Tunnel   Ports
}

// TCPOption is one TCP option.
type TCPOption struct {
	Pos  Pos
	Name string   // mss, wscale, sackOK, sack, TS, nop, eol, one of rawOptions, or opt for `opt KIND HEX`
	N    []uint32 // mss and wscale: 1; TS: value and echo; sack: edges; opt: the kind; AccECN: counters; exp-tarr: the rate
	Any  bool     // `mss ...`: the values are not compared
	MTU  bool     // `mss mtu`: the MTU less the fixed headers of IP and TCP
	AnyN uint8    // `TS val ... ecr 5`: bit 1<<i is set where N[i] is not compared
	AbsN uint8    // `TS val 1 ecr 5!`: bit 1<<i is set where N[i] stands for itself
	Hex  string   // opt: the bytes after the kind, the length octet included; md5, FO, FOEXP: the data, or `valid`
}

// UDP is a datagram with Len bytes of payload.
type UDP struct{ Len uint16 }

// ICMP is an ICMP or ICMPv6 message, by the IP version of the run.
type ICMP struct {
	Type, Code   string // packetdrill's names; Code "" for 0
	MTU, ID, Seq OptNum
	Len          OptNum // echo: bytes of payload
	Quote        Quote
}

// Quote is what an ICMP error quotes.
type Quote struct {
	Set  bool
	Kind string // "" for `[...]`, "tcp", "udp", "raw"
	Seq  uint32 // tcp
	Len  uint16
}

// ARP is `arp request` or `arp reply`.
type ARP struct{ Reply bool }

// ND is a neighbour solicitation (`ns`) or advertisement (`na`).
type ND struct{ Advert bool }

// Eth is a frame of a type that fields name, with Len bytes of payload.
type Eth struct{ Len uint16 }

// IP is an IP packet whose protocol fields name, with Len bytes of payload; expected, it may be any payload.
type IP struct {
	Len uint16
	Any bool // `ip (...)`
}

func (*TCP) body()  {}
func (*UDP) body()  {}
func (*ICMP) body() {}
func (*ARP) body()  {}
func (*ND) body()   {}
func (*Eth) body()  {}
func (*IP) body()   {}

// Field is one named field in braces: `tcp.sum=0x1234`.
type Field struct {
	Pos   Pos
	Name  string
	Op    string // = != >= <= & or, injected, +=
	Value Value
}

// Value is what a field is set to or compared with: a number, an address, the name of one (peer, stack, broadcast,
// solicited(peer) ...), `none`, or a variable with an offset ($x+1).
type Value struct {
	Pos  Pos
	Text string // "" for a number; "$x" for a variable; otherwise as written
	Num  Num    // the number, or the variable's offset
}

// Command is a shell command, which sets up the system or asks it for a state.
type Command struct {
	Pos  Pos
	Text string
}

// Code is Python that looks at the figures of a connection.
type Code struct {
	Pos  Pos
	Text string
}

// Idle wants silence until its time.
type Idle struct{}

// Wait lets time pass.
type Wait struct{}

// Link sets the link up or down.
type Link struct{ Up bool }

// Knob sets a parameter of the whole stack.
type Knob struct {
	Pos   Pos
	Name  string
	Value Num
}

// Inspect compares a figure of the stack, or of one socket.
type Inspect struct {
	Pos   Pos
	Name  string
	HasFD bool
	FD    int64
	State string // of tcp.count
	Op    string // = != >= <=
	Value Value  // a number, the name of a TCP state, or a variable
}

// Call is a system call.
type Call struct {
	Pos    Pos
	Blocks bool          // `+0...0.2`
	Until  time.Duration // when it returns, counted as the event's time is
	Name   string
	Args   []Expr
	Result Expr
	Errno  string // name behind the result
	Note   string // text in parentheses behind that
}

func (*Packet) action()  {}
func (*Command) action() {}
func (*Code) action()    {}
func (*Idle) action()    {}
func (*Wait) action()    {}
func (*Link) action()    {}
func (*Knob) action()    {}
func (*Inspect) action() {}
func (*Call) action()    {}

// ExprKind is the kind of an Expr.
type ExprKind uint8

const (
	ExprEllipsis ExprKind = iota // ...
	ExprInt                      // N
	ExprWord                     // Text
	ExprString                   // Text, as written between the quotes
	ExprOr                       // List, joined by |
	ExprArray                    // [List]
	ExprStruct                   // {List}; elements are ExprAssign, or anything
	ExprAssign                   // List[0] = List[1]
	ExprFunc                     // Text(List)
	ExprRef                      // &Text
)

// Expr is an argument or a result of a Call.
type Expr struct {
	Kind ExprKind
	Pos  Pos
	N    int64
	Hex  bool
	Text string
	More bool // ExprString: `"text"...`
	List []Expr
}
