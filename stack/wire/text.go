package wire

// text appends to a slice within its capacity. The built-in append would grow the slice, and a program without a heap
// cannot link that.
type text struct{ b []byte }

const hexDigits = "0123456789abcdef"

func (t *text) char(c byte) {
	if n := len(t.b); n < cap(t.b) {
		t.b = t.b[:n+1]
		t.b[n] = c
	}
}

func (t *text) string(s string) {
	for i := 0; i < len(s); i++ {
		t.char(s[i])
	}
}

// decimal writes v, at most 255, without leading zeros.
func (t *text) decimal(v uint8) {
	if v >= 100 {
		t.char('0' + v/100)
	}
	if v >= 10 {
		t.char('0' + v/10%10)
	}
	t.char('0' + v%10)
}

// hex writes v without leading zeros.
func (t *text) hex(v uint16) {
	shift := 12
	for shift > 0 && v>>shift == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		t.char(hexDigits[v>>shift&15])
	}
}
