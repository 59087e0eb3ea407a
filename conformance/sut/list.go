package sut

// names is the names of an enumeration's values from 0 on, with a space between them; a value without a name has an
// empty one. In one string they take a board half the memory of a table.
type names string

// first is the length of the first name.
func (l names) first() int {
	for i := range len(l) {
		if l[i] == ' ' {
			return i
		}
	}
	return len(l)
}

// of is the name of a value, "unknown" beyond the last.
func (l names) of(v uint8) string {
	for ; v > 0; v-- {
		n := l.first()
		if n == len(l) {
			return "unknown"
		}
		l = l[n+1:]
	}
	return string(l[:l.first()])
}

// find is the value that has a name, Unknown and not ok where none has.
func (l names) find(name []byte) (v uint8, ok bool) {
	for ; ; v++ {
		n := l.first()
		if n > 0 && equal(string(l[:n]), name) {
			return v, true
		}
		if n == len(l) {
			return Unknown, false
		}
		l = l[n+1:]
	}
}

func equal(s string, b []byte) bool {
	if len(s) != len(b) {
		return false
	}
	for i := range b {
		if s[i] != b[i] {
			return false
		}
	}
	return true
}
