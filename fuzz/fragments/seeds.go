package fragments

// Seeds are programs that show each thing that can become of a fragment.
func Seeds() [][]byte {
	const small, large = 0, 2<<2 | 1 // one row of 64 bytes; two of 256
	program := func(size byte, steps ...[stepLen]byte) []byte {
		b := []byte{size}
		for _, s := range steps {
			b = append(b, s[:]...)
		}
		return b
	}
	minute := [stepLen]byte{flagPass, 0, 240}
	moment := [stepLen]byte{flagPass, 0, 239}
	first, middle, last := [stepLen]byte{0, 0, 0, 1, 19}, [stepLen]byte{0, 0, 2, 1, 20}, [stepLen]byte{flagLast | 3, 0, 4, 0, 21}
	full := [stepLen]byte{flagLast, 0, 4, 1, 21} // to the last byte of a unit
	marked := func(s [stepLen]byte, mark byte) [stepLen]byte { s[3] |= mark << 6; return s }
	flagged := func(s [stepLen]byte, flag byte) [stepLen]byte { s[0] |= flag; return s }
	of := func(s [stepLen]byte, key byte) [stepLen]byte { s[1] = key; return s }
	at := func(s [stepLen]byte, unit byte) [stepLen]byte { s[2] = unit; return s }
	return [][]byte{
		program(small, first, middle, last),
		program(small, last, middle, first),
		program(large, first, first, last, last, middle),                              // copies
		program(large, first, flagged(first, flagOther), middle, last, minute, first), // a copy with other bytes spoils
		program(large, first, at(middle, 1), last, moment, middle, minute),            // an overlap, until its time is over
		program(large, first, last, at(middle, 4)),                                    // behind the end
		program(large, at(middle, 6), last),                                           // an end before what is there
		program(large, last, at(last, 5), first),                                      // two ends
		program(large, full, at(first, 4)),                                            // the end, and then no end
		program(large, first, at(full, 0)),                                            // no end, and then the end
		program(large, first, [stepLen]byte{0, 0, 0, 0, 19}),                          // a part of what is there
		program(small, at(first, 7), at(last, 8), flagged(first, flagLong)),           // no room
		program(large, first, of(first, 1), of(first, 2), middle, last, of(last, 1)),  // the oldest gives way
		program(3<<2|3, first, of(first, 4), of(first, 8), of(first, 9), of(last, 12), minute, minute),
		program(large, marked(first, 2), marked(middle, 3), marked(last, 1)), // CE
		program(large, marked(first, 0), marked(middle, 3), marked(last, 2)), // marks that disagree
		program(large, first, flagged(middle, flagGroup), last),
		program(3<<2, [stepLen]byte{0, 0, 0, 31, 127}, [stepLen]byte{0, 0, 32, 31, 1}, [stepLen]byte{flagLast | 7, 0, 64, 31, 1}),
		program(large, first, moment, middle, minute, last, [stepLen]byte{flagPass, 255, 255}),
	}
}
