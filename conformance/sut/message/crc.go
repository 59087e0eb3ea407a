package message

// crcTable is CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320) of each 4-bit value: a table of 64 bytes, since a
// serial line is slow and a board small.
var crcTable = [16]uint32{
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
}

const (
	crcStart = 0xffffffff
	// crcResidue is the state after a message and its own CRC, whatever the message.
	crcResidue = 0xdebb20e3
)

// crcByte takes one byte into the state; the CRC is the final state's complement.
func crcByte(crc uint32, b byte) uint32 {
	crc ^= uint32(b)
	crc = crc>>4 ^ crcTable[crc&15]
	return crc>>4 ^ crcTable[crc&15]
}

// CRC32 is the checksum of p, as IEEE 802.3 has it.
func CRC32(p []byte) uint32 {
	crc := uint32(crcStart)
	for _, b := range p {
		crc = crcByte(crc, b)
	}
	return ^crc
}
