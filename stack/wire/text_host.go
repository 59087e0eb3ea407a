//go:build !tinygo

package wire

// These make an address readable in the messages of tests and tools. They allocate, so the board does not have them.

// String returns the text of the address, "" for none.
func (a Addr) String() string {
	var b [AddrTextLen]byte
	return string(a.AppendText(b[:0]))
}

// String returns the text of the prefix.
func (p Prefix) String() string {
	var b [PrefixTextLen]byte
	return string(p.AppendText(b[:0]))
}

// String returns the text of the MAC.
func (m MAC) String() string {
	var b [MACTextLen]byte
	return string(m.AppendText(b[:0]))
}
