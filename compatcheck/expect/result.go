package expect

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"stackproof/compatcheck/ccall"
	"stackproof/conformance/sut"
	"stackproof/stack/socket/lwip/abi"
)

// outcome is what came of a call: the result, and what is in memory.
func (c *call) outcome() (o Outcome) {
	if !c.done {
		return Outcome{Result: "...", Waits: true}
	}
	ret, errno := c.ret(), abi.Errno(le.Uint32(c.result[4:]))
	o = Outcome{Result: strconv.Itoa(int(ret)), Done: true, Waits: c.waits, Waited: c.at - c.started, On: c.on}
	opens := c.src.Name == "socket" || c.src.Name == "accept"
	switch {
	case ret >= 0 && opens:
		o.Result = strconv.Itoa(int(c.newFD))
		o.Memory = append(o.Memory, fmt.Sprintf("number %d", ret))
	case ret > 0 || ret == 0 && !pointer(c.src.Name):
		// What errno is after a success is nobody's business: lwIP's recv sets it at the end of a stream.
	case errno == abi.ErrnoIF:
		o.Result += " ERRNO_IS_MINUS_1"
	case errno != 0:
		o.Result += " " + errno.String()
	}
	rest := c.result[8:]
	for i := range c.args {
		var remark string
		remark, rest = c.after(i, ret, rest)
		if remark != "" {
			o.Memory = append(o.Memory, remark)
		}
	}
	return o
}

// pointer tells whether a call answers with a pointer, so that 0 is a failure.
func pointer(name string) bool {
	return name == "inet_ntop" || name == "if_indextoname" || name == "gethostbyname"
}

// taker cuts bytes off the front.
func taker(b []byte, n int) (head, tail []byte) {
	n = min(n, len(b))
	return b[:n], b[n:]
}

// after says what is in an argument's memory afterwards, and returns what follows it in the answer.
func (c *call) after(i int, ret int32, rest []byte) (remark string, tail []byte) {
	a := &c.args[i]
	var b []byte
	switch a.Kind {
	case ccall.Memory:
		b, tail = taker(rest, len(a.Bytes))
	case ccall.Pieces:
		n := 0
		for _, p := range a.Parts {
			n += len(p)
		}
		b, tail = taker(rest, n)
	case ccall.FdSet:
		if len(rest) == 0 {
			return "", nil
		}
		b, tail = taker(rest[1:], 2*int(rest[0]))
		return "in {" + c.set(b) + "}", tail
	case ccall.Polls:
		b, tail = taker(rest, 2*len(a.FDs))
		return "events " + events(b), tail
	default:
		return "", rest
	}
	if ret < 0 && c.src.Name != "gethostbyname_r" || bytes.Equal(b, a.Bytes) && !strings.Contains("mQAV", string(a.letter)) {
		return "", tail
	}
	return c.memory(i, int(ret), b), tail
}

// memory says what a call has left in memory.
func (c *call) memory(i, ret int, b []byte) string {
	switch c.args[i].letter {
	case 'A':
		return sockaddr(b)
	case 'L':
		return fmt.Sprintf("length %d", le.Uint32(b))
	case 'm', 'Q':
		if n := min(ret, len(b)); n > 0 {
			return quoted(b[:n])
		}
	case 'v':
		return value(b)
	case 'V':
		n := len(b)
		if l := &c.args[i+1]; l.Kind == ccall.Memory {
			n = min(n, int(le.Uint32(c.result[len(c.result)-4:])))
		}
		return value(b[:n])
	case 'o':
		return c.other(ret, b)
	}
	return ""
}

// other is what the calls that look names up, and recvmsg, have left.
func (c *call) other(ret int, b []byte) string {
	word := func(i int) int32 { return int32(le.Uint32(b[4*i:])) }
	switch name := c.src.Name; {
	case name == "recvmsg" && len(b) == 12:
		return fmt.Sprintf("namelen %d, controllen %d, flags %#x", word(0), word(1), word(2))
	case name == "recvmsg":
		return ""
	case name == "getaddrinfo" && ret == 0 && len(b) >= 64:
		end := bytes.IndexByte(b[52:], 0)
		return fmt.Sprintf("%d results: flags %d, family %d, type %d, protocol %d, addrlen %d, %s, canonname %q",
			word(0), word(1), word(2), word(3), word(4), word(5), sockaddr(b[24:52]), b[52:52+end])
	case name == "getaddrinfo":
		return ""
	case strings.HasPrefix(name, "gethostbyname") && len(b) == 28:
		switch word(1) {
		case abi.AF_INET:
			return fmt.Sprintf("type %d, %s", word(1), netip.AddrFrom4([4]byte(b[12:16])))
		case abi.AF_INET6:
			return fmt.Sprintf("type %d, %s", word(1), netip.AddrFrom16([16]byte(b[12:28])))
		}
		return fmt.Sprintf("h_errno %d", word(0))
	case name == "inet_pton" && ret == 1:
		if ip, ok := netip.AddrFromSlice(b); ok {
			return ip.String()
		}
	case (name == "inet_ntop" || name == "if_indextoname") && ret == 1:
		if end := bytes.IndexByte(b, 0); end >= 0 {
			return strconv.Quote(string(b[:end]))
		}
	}
	return ""
}

// ephemeral is the first port that lwIP gives by itself: which of those it gives is chance.
const ephemeral = 49152

func port(n uint16) string {
	if n >= ephemeral {
		return "ephemeral"
	}
	return strconv.Itoa(int(n))
}

// sockaddr is an address as it lies in memory.
func sockaddr(b []byte) string {
	if a, ok := abi.ParseSockaddrIn6(b); ok && a.Family == abi.AF_INET6 {
		text := fmt.Sprintf("[%s]:%s", netip.AddrFrom16(a.Addr), port(a.Port))
		if a.Len != abi.SizeofSockaddrIn6 {
			text += fmt.Sprintf(" with sin6_len %d", a.Len)
		}
		return text
	}
	if a, ok := abi.ParseSockaddrIn(b); ok && a.Family == abi.AF_INET {
		text := fmt.Sprintf("%s:%s", netip.AddrFrom4(a.Addr), port(a.Port))
		if a.Len != abi.SizeofSockaddrIn {
			text += fmt.Sprintf(" with sin_len %d", a.Len)
		}
		return text
	}
	if len(b) == 0 || !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) {
		return "no address"
	}
	return fmt.Sprintf("address %x", b)
}

// longestQuote is how much of data is shown.
const longestQuote = 32

func quoted(b []byte) string {
	if len(b) <= longestQuote {
		return strconv.Quote(string(b))
	}
	if bytes.Equal(b, alphabet(len(b))) {
		return fmt.Sprintf("%d bytes of the alphabet", len(b))
	}
	return fmt.Sprintf("%q... (%d bytes)", b[:longestQuote], len(b))
}

// value is an option's value: an int, a byte, or the bytes.
func value(b []byte) string {
	if v, ok := abi.ParseInt(b); ok && len(b) == abi.SizeofInt {
		return fmt.Sprintf("[%d]", v)
	}
	if t, ok := abi.ParseTimeval(b); ok && len(b) == abi.SizeofTimeval {
		return fmt.Sprintf("{tv_sec=%d, tv_usec=%d}", t.Sec, t.Usec)
	}
	if len(b) == 1 {
		return fmt.Sprintf("[byte(%d)]", b[0])
	}
	return fmt.Sprintf("bytes %x", b)
}

func (c *call) set(b []byte) string {
	var fds []string
	for p := range slices.Chunk(b, 2) {
		fds = append(fds, strconv.Itoa(int(sut.FD(le.Uint16(p)))))
	}
	return strings.Join(fds, " ")
}

// pollNames are poll's events that it answers.
var pollNames = []struct {
	bit  uint16
	name string
}{
	{abi.POLLIN, "IN"}, {abi.POLLOUT, "OUT"}, {abi.POLLERR, "ERR"}, {abi.POLLHUP, "HUP"}, {abi.POLLNVAL, "NVAL"},
}

func events(b []byte) string {
	var all []string
	for p := range slices.Chunk(b, 2) {
		bits, text := le.Uint16(p), []string{}
		for _, n := range pollNames {
			if bits&n.bit != 0 {
				text = append(text, n.name)
			}
		}
		all = append(all, "{"+strings.Join(text, " ")+"}")
	}
	return strings.Join(all, " ")
}
