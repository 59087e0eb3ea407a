package device

import "encoding/binary"

// AppendBlob appends the blob of the programs to dst. It is the host's half and grows dst; no image
// reaches it.
func AppendBlob(dst []byte, programs [][]byte) []byte {
	start := len(dst)
	dst = append(dst, blobMagic...)
	dst = binary.LittleEndian.AppendUint16(dst, BlobVersion)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(programs)))
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	off := blobHeader + len(programs)*blobEntry
	for _, p := range programs {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(off))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(p)))
		off += len(p)
	}
	for _, p := range programs {
		dst = append(dst, p...)
	}
	binary.LittleEndian.PutUint32(dst[start+8:], uint32(len(dst)-start))
	binary.LittleEndian.PutUint64(dst[start+16:], fnv(fnvOffset, dst[start+blobHeader:]))
	return dst
}
