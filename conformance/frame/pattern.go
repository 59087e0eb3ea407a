package frame

// Pattern is the byte at an offset of a stream (or datagram) of test data. It has no period, and another salt gives
// another pattern, so that data which is misplaced, repeated, or of another connection is seen within a few bytes.
func Pattern(offset uint32, salt byte) byte {
	x := (offset + 1) * 0x9e3779b1
	x ^= uint32(salt) * 0x85ebca6b
	x ^= x >> 15
	x *= 0x2c1b3c6d
	return byte(x >> 24)
}

// Fill writes the pattern into b, which begins at offset.
func Fill(b []byte, offset uint32, salt byte) {
	for i := range b {
		b[i] = Pattern(offset+uint32(i), salt)
	}
}

// Differs is where b, which begins at offset, first differs from the pattern; ok where it does.
func Differs(b []byte, offset uint32, salt byte) (at int, ok bool) {
	for i := range b {
		if b[i] != Pattern(offset+uint32(i), salt) {
			return i, true
		}
	}
	return 0, false
}
