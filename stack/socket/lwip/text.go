package lwip

import (
	"encoding/binary"
	"math"

	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// InetPton is lwip_inet_pton: 1, and the address in dst; 0: src is none; -1 with EAFNOSUPPORT. IPv4 is read as inet_aton
// reads it: one to four numbers, decimal, octal or hexadecimal, the last one filling the rest. Of IPv6 what follows the
// address is passed over.
func InetPton(family int, src []byte, dst []byte) (ret int, e abi.Errno) {
	switch family {
	case abi.AF_INET:
		if a, ok := parse4(src); ok {
			binary.BigEndian.PutUint32(dst, a)
			return 1, 0
		}
	case abi.AF_INET6:
		if words, ok := parse6(src); ok {
			for i, w := range words {
				binary.BigEndian.PutUint32(dst[4*i:], w)
			}
			return 1, 0
		}
	default:
		return -1, abi.EAFNOSUPPORT
	}
	return 0, 0
}

// at returns byte i of a text, 0 behind its end.
func at(text []byte, i int) byte {
	if i < len(text) {
		return text[i]
	}
	return 0
}

func parse4(text []byte) (a uint32, ok bool) {
	var parts [4]uint32
	i := 0
	for n := 0; n < len(parts); n++ {
		if c := at(text, i); c < '0' || c > '9' {
			return 0, false
		}
		parts[n], i = number(text, i)
		switch c := at(text, i); {
		case c == '.':
			i++
		case c == 0 || c == ' ' || c >= '\t' && c <= '\r':
			return join4(parts[:n+1])
		default:
			return 0, false
		}
	}
	return 0, false
}

// number reads a number as C writes it, and returns where it ends. It wraps around.
func number(text []byte, i int) (v uint32, end int) {
	base := uint32(10)
	if at(text, i) == '0' {
		if i++; at(text, i)|0x20 == 'x' {
			base = 16
			i++
		} else {
			base = 8
		}
	}
	for ; ; i++ {
		d := digit(at(text, i))
		if d >= base {
			return v, i
		}
		v = v*base + d
	}
}

// digit is the value of a digit, also a hexadecimal one; of anything else it is none's.
func digit(c byte) uint32 {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return uint32(c|0x20-'a') + 10
	}
	return math.MaxUint32
}

// join4 makes an address of its parts: all but the last are bytes.
func join4(parts []uint32) (a uint32, ok bool) {
	last := len(parts) - 1
	if uint64(parts[last]) >= 1<<(8*(4-last)) {
		return 0, false
	}
	a = parts[last]
	for i, p := range parts[:last] {
		if p > math.MaxUint8 {
			return 0, false
		}
		a |= p << (24 - 8*i)
	}
	return a, true
}

// blocks6 looks ahead: how many blocks a double colon stands for, and whether an address of IPv4 ends the text.
func blocks6(text []byte) (zeros int, dotted, ok bool) {
	zeros = 8
	for _, c := range text {
		switch {
		case c == ':':
			zeros--
		case c == '.':
			return zeros - 1, true, zeros == 5 || zeros == 2
		case digit(c) > 15:
			return zeros, false, true
		}
	}
	return zeros, false, true
}

// parse6 reads an address of IPv6 in words. A block of more than 16 bits runs over into the one before it, as in lwIP.
func parse6(text []byte) (words [4]uint32, ok bool) {
	zeros, dotted, ok := blocks6(text)
	if !ok {
		return words, false
	}
	block, value := 0, uint32(0)
	for i := 0; i < len(text); i++ {
		d := digit(text[i])
		if d < 16 {
			value = value<<4 + d
			continue
		}
		if text[i] != ':' {
			break
		}
		putBlock(&words, block, value)
		if block++; dotted && block == 6 {
			if a, is := parse4(text[i+1:]); is {
				words[3] = a
				return words, true
			}
		}
		if value = 0; block > 7 {
			return words, false
		}
		if at(text, i+1) == ':' {
			if i++; at(text, i+1) == ':' {
				return words, false
			}
			if block += zeros; block > 7 {
				return words, false
			}
			zeros = 0
		}
	}
	putBlock(&words, block, value)
	return words, block == 7
}

func putBlock(words *[4]uint32, block int, value uint32) {
	if block&1 == 0 {
		words[block/2] = value << 16
	} else {
		words[block/2] |= value
	}
}

// InetNtop is lwip_inet_ntop: it writes the address src and a zero byte to dst, and answers how long the text is. Hexadecimal
// digits are capitals, and the first run of zero blocks is the one that is left out. ENOSPC: dst is too short; EAFNOSUPPORT.
func InetNtop(family int, src, dst []byte) (n int, e abi.Errno) {
	t := text{}
	switch family {
	case abi.AF_INET:
		t.addr4([4]byte(src))
	case abi.AF_INET6:
		t.addr6([16]byte(src))
	default:
		return 0, abi.EAFNOSUPPORT
	}
	if t.n >= len(dst) {
		return 0, abi.ENOSPC
	}
	dst[copy(dst, t.b[:t.n])] = 0
	return t.n, 0
}

// text is an address as text while it is written.
type text struct {
	b [abi.INET6_ADDRSTRLEN]byte
	n int
}

func (t *text) char(c byte) {
	t.b[t.n] = c
	t.n++
}

func (t *text) addr4(a [4]byte) {
	for i, v := range a {
		if i > 0 {
			t.char('.')
		}
		for unit := byte(100); unit > 0; unit /= 10 {
			if v >= unit || unit == 1 {
				t.char('0' + v/unit%10)
			}
		}
	}
}

func (t *text) addr6(a [16]byte) {
	if u := wire.AddrFrom16(a).Unmap4(); u.Is4() {
		t.n = copy(t.b[:], "::FFFF:")
		t.addr4(u.As4())
		return
	}
	gap, end := zeros(&a)
	for i := 0; i < 8; i++ {
		if i == gap {
			t.char(':')
			if i = end - 1; end == 8 {
				t.char(':')
			}
			continue
		}
		if i > 0 {
			t.char(':')
		}
		t.hex(block(&a, i))
	}
}

// block is one of the eight blocks of an address.
func block(a *[16]byte, i int) uint16 { return binary.BigEndian.Uint16(a[2*i:]) }

// zeros finds the first run of two zero blocks or more; -1: there is none.
func zeros(a *[16]byte) (first, end int) {
	for i := range 7 {
		if block(a, i) == 0 && block(a, i+1) == 0 {
			for end = i; end < 8 && block(a, end) == 0; end++ {
			}
			return i, end
		}
	}
	return -1, -1
}

// hex writes a block without leading zeros.
func (t *text) hex(v uint16) {
	for shift := 12; shift >= 0; shift -= 4 {
		if v>>shift != 0 || shift == 0 {
			t.char("0123456789ABCDEF"[v>>shift&15])
		}
	}
}
