package lwip

import "stackproof/stack/socket/lwip/abi"

// The interfaces as ESP-IDF numbers them: lwIP's loopback first, then the one that the stack has.
const (
	loopIndex = 1
	netIndex  = 2
)

// interfaces are their names, by index.
var interfaces = [...]string{loopIndex: "lo0", netIndex: "en1"}

// NameToIndex is lwip_if_nametoindex; name ends where a zero byte does. 0: there is no such interface.
func NameToIndex(name []byte) uint32 {
	n := 0
	for n < len(name) && name[n] != 0 {
		n++
	}
	for i := loopIndex; i < len(interfaces); i++ {
		if same(name[:n], interfaces[i]) {
			return uint32(i)
		}
	}
	return 0
}

// IndexToName is lwip_if_indextoname: it writes the name and a zero byte. ENXIO: there is no such interface.
func IndexToName(index uint32, name *[abi.IFNAMSIZ]byte) abi.Errno {
	if index < loopIndex || int(index) >= len(interfaces) {
		return abi.ENXIO
	}
	*name = [abi.IFNAMSIZ]byte{}
	copy(name[:], interfaces[index])
	return 0
}

// same compares without the allocation that a conversion would be on a board.
func same(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] {
			return false
		}
	}
	return true
}
