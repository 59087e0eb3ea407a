package vm

import "time"

// Version is the version of the encoding; a decoder refuses every other.
const Version = 2

// MaxTime is the longest time that a program can name. It leaves room to add those of all events.
const MaxTime = 1<<50 - 1

// BadCode says what is wrong with a program.
type BadCode uint8

const (
	BadNone    BadCode = iota
	BadShort           // it ends too soon
	BadTail            // bytes follow its end
	BadVersion         // its version is not known
	BadNumber          // a number is out of range
	BadForm            // a number or a part is not written in its one form
	BadEnum            // a value has no meaning
	BadCount           // too many events, fields or options
	BadField           // a field has no such operation or base, or cannot be built
	BadOption          // a TCP option has not the numbers of its kind
	BadFault           // a fault has no target
	BadEnd             // an event follows the end
	badCodes
)

var badNames = [badCodes]string{
	"sound", "ends too soon", "bytes after its end", "unknown version", "number out of range", "not the canonical form",
	"value without a meaning", "too many of them", "field cannot do that", "bad TCP option", "fault without a target",
	"event after the end",
}

// String says it in a few words.
func (b BadCode) String() string {
	if b < badCodes {
		return badNames[b]
	}
	return "unknown"
}

// Bad is the first thing that is wrong with a program: at which byte, and in which event (in its head: of the first).
type Bad struct {
	Code  BadCode
	Event uint16
	At    uint32
}

// OK tells that nothing is wrong.
func (b Bad) OK() bool { return b.Code == BadNone }

// String says in a few words what is wrong.
func (b Bad) String() string { return b.Code.String() }

// coder goes through the encoding in either direction: each of its methods takes a value, writes it or reads it, and
// answers it. So there is one description of the format, and what is written can be read. Once something is wrong,
// reading gives zeros.
//
// Every value has one form: what can be decoded is encoded to the same bytes.
type coder struct {
	b       []byte
	at      int // beyond len(b) in writing: how long b would have to be
	writing bool
	event   int
	bad     Bad
}

// fail notes the first defect.
//
//go:noinline
func (c *coder) fail(code BadCode) {
	if c.bad.OK() {
		c.bad = Bad{code, uint16(c.event), uint32(c.at)}
	}
}

func (c *coder) byte(x uint8) uint8 {
	if !c.writing && (c.at >= len(c.b) || !c.bad.OK()) {
		c.fail(BadShort)
		return 0
	}
	if !c.writing {
		x = c.b[c.at]
	} else if c.at < len(c.b) {
		c.b[c.at] = x
	}
	c.at++
	return x
}

// enum is a value below count.
func (c *coder) enum(x, count uint8) uint8 {
	x = c.byte(x)
	if x >= count {
		c.fail(BadEnum)
		return 0
	}
	return x
}

// pair is two values below 16 in one byte.
func (c *coder) pair(low, high uint8) (uint8, uint8) {
	if low > 15 || high > 15 {
		c.fail(BadEnum)
	}
	x := c.byte(low&15 | high<<4)
	return x & 15, x >> 4
}

// uint is a number up to most, seven bits to the byte, the least significant first.
func (c *coder) uint(x, most uint64) uint64 {
	if c.writing {
		for y := x; ; y >>= 7 {
			if y < 0x80 {
				c.byte(byte(y))
				break
			}
			c.byte(byte(y) | 0x80)
		}
	} else {
		x = c.readUint()
	}
	if x > most {
		c.fail(BadNumber)
		return 0
	}
	return x
}

func (c *coder) readUint() (x uint64) {
	for shift := uint(0); ; shift += 7 {
		d := c.byte(0)
		if shift == 63 && d > 1 {
			c.fail(BadNumber)
			return 0
		}
		x |= uint64(d&0x7f) << shift
		if d < 0x80 {
			if d == 0 && shift > 0 {
				c.fail(BadForm)
			}
			return x
		}
	}
}

// count is the length of a list.
func (c *coder) count(n, most int) int {
	n = int(c.uint(uint64(n), 1<<31-1))
	if n > most {
		c.fail(BadCount)
		return 0
	}
	return n
}

// int is a signed number; small ones of either sign are short.
func (c *coder) int(x int64) int64 {
	u := c.uint(uint64(x)<<1^uint64(x>>63), 1<<64-1)
	return int64(u>>1) ^ -int64(u&1)
}

// int32 is a number whose upper half means negative ones, as sequence numbers do.
func (c *coder) int32(x uint32) uint32 {
	y := c.int(int64(int32(x)))
	if int64(int32(y)) != y {
		c.fail(BadNumber)
		return 0
	}
	return uint32(y)
}

// time is a duration: twice the microseconds, or, where there is a fraction, twice the nanoseconds and one.
func (c *coder) time(t time.Duration) time.Duration {
	u := uint64(t) << 1
	switch {
	case t < 0 || t > MaxTime:
		c.fail(BadNumber)
		return 0
	case t%1000 == 0:
		u = uint64(t) / 1000 << 1
	default:
		u |= 1
	}
	u = c.uint(u, MaxTime<<1|1)
	switch t = time.Duration(u >> 1); {
	case u&1 == 0 && u>>1 <= MaxTime/1000:
		return t * 1000
	case u&1 == 0:
		c.fail(BadNumber)
	case t%1000 == 0:
		c.fail(BadForm)
	}
	return t
}

// array is an array of fixed length, without the zeros at its end.
func (c *coder) array(a []byte) {
	n := len(a)
	if c.writing {
		for n > 0 && a[n-1] == 0 {
			n--
		}
	}
	n = c.count(n, len(a))
	for i := range n {
		a[i] = c.byte(a[i])
	}
	if n > 0 && a[n-1] == 0 {
		c.fail(BadForm)
	}
}

// bytes is a string of bytes; what is read is a part of the program.
func (c *coder) bytes(s []byte) []byte {
	n := len(s)
	n = c.count(n, 1<<20)
	return c.raw(s, n)
}

// raw is n bytes.
func (c *coder) raw(s []byte, n int) []byte {
	switch {
	case c.writing && len(s) != n:
		c.fail(BadForm)
		return nil
	case c.writing:
		if c.at < len(c.b) {
			copy(c.b[c.at:], s)
		}
	case !c.bad.OK() || n > len(c.b)-c.at:
		c.fail(BadShort)
		return nil
	case n == 0:
		return nil
	default:
		s = c.b[c.at : c.at+n]
	}
	c.at += n
	return s
}

// flag is one of the bits of a byte that is put together before it is written, and taken apart after it was read.
func flag(set bool, bit uint8) uint8 {
	if set {
		return bit
	}
	return 0
}
