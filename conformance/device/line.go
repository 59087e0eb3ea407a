package device

import "stackproof/conformance/sut/message"

// A line is what board and host say to each other outside the binary stack-under-test protocol:
//
//	$SP WORD key=value key=value *XXXXXXXX\n
//
// XXXXXXXX is the CRC-32 (IEEE 802.3) of everything between "$" and " *", in hexadecimal. What is not such a line is
// noise: a boot loader's text, a panic's message. A log line cannot imitate a verdict, and a garbled one is not one.
const (
	lineStart = "$SP "
	// MaxLine is the longest line in bytes, with its newline.
	MaxLine = 384
)

// Line is a line in the making, in fixed storage. Words that would not fit are left out and the line is spoilt: it
// carries a wrong checksum, so that nobody takes a cut line for a whole one.
type Line struct {
	buf   [MaxLine]byte
	n     int
	spilt bool
}

// Begin starts a line with its word.
func (l *Line) Begin(word string) *Line {
	l.n, l.spilt = 0, false
	l.text(lineStart)
	l.text(word)
	return l
}

// Str adds key=value; spaces in the value become hyphens.
func (l *Line) Str(key, value string) *Line {
	l.key(key)
	for i := range len(value) {
		l.value(value[i])
	}
	return l
}

// Bytes is Str for a value that is bytes.
func (l *Line) Bytes(key string, value []byte) *Line {
	l.key(key)
	for _, c := range value {
		l.value(c)
	}
	return l
}

// value puts a byte of a value: what would end it or the line does not get in.
func (l *Line) value(c byte) {
	if c <= ' ' || c > '~' {
		c = '-'
	}
	l.put(c)
}

// Int adds key=value in decimal.
func (l *Line) Int(key string, v int64) *Line {
	l.key(key)
	u := uint64(v)
	if v < 0 {
		l.put('-')
		u = -u
	}
	var d [20]byte
	i := len(d)
	for {
		i--
		d[i] = '0' + byte(u%10)
		u /= 10
		if u == 0 {
			break
		}
	}
	for ; i < len(d); i++ {
		l.put(d[i])
	}
	return l
}

// Hex adds key=value as 16 hexadecimal digits.
func (l *Line) Hex(key string, v uint64) *Line {
	l.key(key)
	l.hex(v, 16)
	return l
}

// End closes the line and returns its bytes; they hold until the next Begin.
func (l *Line) End() []byte {
	crc := message.CRC32(l.buf[1:l.n])
	if l.spilt {
		crc = ^crc
		l.n = min(l.n, MaxLine-11)
	}
	l.text(" *")
	l.hex(uint64(crc), 8)
	l.put('\n')
	return l.buf[:l.n]
}

func (l *Line) key(key string) {
	l.put(' ')
	l.text(key)
	l.put('=')
}

func (l *Line) text(s string) {
	for i := range len(s) {
		l.put(s[i])
	}
}

func (l *Line) hex(v uint64, digits int) {
	for i := digits - 1; i >= 0; i-- {
		l.put("0123456789abcdef"[v>>(4*i)&15])
	}
}

func (l *Line) put(c byte) {
	if l.n == len(l.buf) {
		l.spilt = true
		return
	}
	l.buf[l.n] = c
	l.n++
}

// Words are the parts of a line that was checked.
type Words struct {
	text []byte // word and pairs, between "$SP " and " *"
}

// ParseLine checks a line (without its newline); ok is false for noise.
func ParseLine(b []byte) (w Words, ok bool) {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	n := len(b) - len(" *00000000")
	if n < len(lineStart) || !hasPrefix(b, lineStart) || b[n] != ' ' || b[n+1] != '*' {
		return Words{}, false
	}
	crc, ok := parseHex(b[n+2:])
	if !ok || crc != uint64(message.CRC32(b[1:n])) {
		return Words{}, false
	}
	return Words{b[len(lineStart):n]}, true
}

// Is tells whether the line's word is word.
func (w Words) Is(word string) bool {
	t := w.text
	return hasPrefix(t, word) && (len(t) == len(word) || t[len(word)] == ' ')
}

// Get is the value of key, nil where there is none.
func (w Words) Get(key string) []byte {
	t := w.text
	for i := 0; i < len(t); i++ {
		if t[i] != ' ' {
			continue
		}
		rest := t[i+1:]
		if !hasPrefix(rest, key) || len(rest) <= len(key) || rest[len(key)] != '=' {
			continue
		}
		v := rest[len(key)+1:]
		for j := range v {
			if v[j] == ' ' {
				return v[:j]
			}
		}
		return v
	}
	return nil
}

// Int is the decimal value of key; ok is false where it is absent or no number.
func (w Words) Int(key string) (v int64, ok bool) {
	t := w.Get(key)
	neg := len(t) > 0 && t[0] == '-'
	if neg {
		t = t[1:]
	}
	if len(t) == 0 || len(t) > 18 {
		return 0, false
	}
	for _, c := range t {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

// Hex is the hexadecimal value of key; ok is false where it is absent or no number.
func (w Words) Hex(key string) (v uint64, ok bool) { return parseHex(w.Get(key)) }

func parseHex(t []byte) (v uint64, ok bool) {
	if len(t) == 0 || len(t) > 16 {
		return 0, false
	}
	for _, c := range t {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

func hasPrefix(b []byte, s string) bool {
	if len(b) < len(s) {
		return false
	}
	for i := range len(s) {
		if b[i] != s[i] {
			return false
		}
	}
	return true
}
