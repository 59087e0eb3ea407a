package chip

// Protection is the processor's memory protection (RISC-V privileged architecture, "Physical Memory Protection"), of
// which images use ranges that end at an address (TOR), locked so that they bind machine mode.
type Protection struct {
	address [16]uint32
	config  [16]byte
}

// Access is what may be done with memory.
type Access uint8

// The bits of an entry's configuration.
const (
	CanRead Access = 1 << iota
	CanWrite
	CanExecute
	CanAll = CanRead | CanWrite | CanExecute

	topOfRange = 1 << 3
	modeBits   = 3 << 3
	locked     = 1 << 7
)

// The numbers of the processor's control and status registers that belong to it.
const (
	firstConfig  = 0x3a0
	firstAddress = 0x3b0
)

// IsProtection tells whether a control and status register belongs to memory protection.
func IsProtection(csr uint32) bool {
	return csr-firstConfig < 4 || csr-firstAddress < 16
}

// Set writes one of them. What is locked keeps its value. changed tells whether anything is other than before.
func (p *Protection) Set(csr, value uint32) (changed bool) {
	if i := csr - firstAddress; i < 16 {
		lockedByNext := i < 15 && p.config[i+1]&(locked|modeBits) == locked|topOfRange
		if p.config[i]&locked != 0 || lockedByNext || p.address[i] == value {
			return false
		}
		p.address[i] = value
		return true
	}
	for j := range uint32(4) {
		i, c := 4*(csr-firstConfig)+j, byte(value>>(8*j))
		if p.config[i]&locked == 0 && p.config[i] != c {
			p.config[i], changed = c, true
		}
	}
	return changed
}

// At is what machine mode may do with the byte at an address: the first entry that covers it says.
func (p *Protection) At(address uint32) Access {
	below := uint64(0)
	for i, c := range p.config {
		top := uint64(p.address[i]) << 2
		if c&modeBits == topOfRange && uint64(address) >= below && uint64(address) < top && c&locked != 0 {
			return Access(c) & CanAll
		}
		below = top
	}
	return CanAll
}
