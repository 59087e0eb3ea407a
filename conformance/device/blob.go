// Package device is what a flash image needs to run the cases on its own board and to tell of it: the list of compiled
// cases, the lines that it speaks over its serial console, and the agent that obeys the host's commands.
//
// Core rules hold: the package runs on the board.
package device

import "encoding/binary"

// The list of compiled cases, a blob behind or inside the image, little-endian throughout:
//
//	0   4  magic "SPCL"
//	4   2  version of this layout
//	6   2  number of programs
//	8   4  length of the whole blob in bytes
//	12  4  0
//	16  8  FNV-1a hash of everything from offset 24 on
//	24  8  for each program: offset of its bytes from the blob's start (4), their length (4)
//	..     the programs
//
// What follows the blob is not looked at: flash has more room.
const (
	blobMagic   = "SPCL"
	BlobVersion = 1
	blobHeader  = 24
	blobEntry   = 8
)

// BlobErr says what is wrong with a blob.
type BlobErr uint8

const (
	BlobOK BlobErr = iota
	BlobShort
	BlobMagic
	BlobVersionUnknown
	BlobHash
	BlobEntry // an entry points outside the blob
	BlobIndex // there is no such program
	BlobSpace // the program does not fit into the buffer given
)

var blobErrs = [...]string{
	"ok", "too short", "no magic", "unknown version", "hash differs", "entry outside the blob", "no such program",
	"program larger than the buffer",
}

func (e BlobErr) String() string { return blobErrs[e] }

// Store is where the blob lies: memory, or flash behind the image.
type Store interface {
	// Size is the number of bytes that can be read, the blob's or more.
	Size() int
	// ReadAt fills p with the bytes from off on, all of which exist.
	ReadAt(p []byte, off int)
}

// Blob reads programs, one at a time, from a Store.
type Blob struct {
	store Store
	count int
	hash  uint64
}

// Open checks the blob in s: its header, its hash, and that every entry lies within it.
func (b *Blob) Open(s Store) BlobErr {
	var h [blobHeader]byte
	size := s.Size()
	if size < blobHeader {
		return BlobShort
	}
	s.ReadAt(h[:], 0)
	for i := range blobMagic {
		if h[i] != blobMagic[i] {
			return BlobMagic
		}
	}
	if binary.LittleEndian.Uint16(h[4:]) != BlobVersion {
		return BlobVersionUnknown
	}
	count := int(binary.LittleEndian.Uint16(h[6:]))
	length := binary.LittleEndian.Uint32(h[8:])
	if length > uint32(size) || int(length) < blobHeader+count*blobEntry {
		return BlobShort
	}
	size = int(length)
	hash := uint64(fnvOffset)
	var part [64]byte
	for off := blobHeader; off < size; off += len(part) {
		p := part[:min(len(part), size-off)]
		s.ReadAt(p, off)
		hash = fnv(hash, p)
	}
	if hash != binary.LittleEndian.Uint64(h[16:]) || binary.LittleEndian.Uint32(h[12:]) != 0 {
		return BlobHash
	}
	b.store, b.count, b.hash = s, count, hash
	for i := range count {
		if off, n := b.entry(i); off < blobHeader+count*blobEntry || n < 0 || off > size || n > size-off {
			return BlobEntry
		}
	}
	return BlobOK
}

// Count is the number of programs.
func (b *Blob) Count() int { return b.count }

// Hash identifies the list: host and board must have the same.
func (b *Blob) Hash() uint64 { return b.hash }

// Program reads program i into buf and returns the part of buf that it fills.
func (b *Blob) Program(i int, buf []byte) ([]byte, BlobErr) {
	if i < 0 || i >= b.count {
		return nil, BlobIndex
	}
	off, n := b.entry(i)
	if n > len(buf) {
		return nil, BlobSpace
	}
	b.store.ReadAt(buf[:n], off)
	return buf[:n], BlobOK
}

func (b *Blob) entry(i int) (off, n int) {
	var e [blobEntry]byte
	b.store.ReadAt(e[:], blobHeader+i*blobEntry)
	return int(int32(binary.LittleEndian.Uint32(e[:]))), int(int32(binary.LittleEndian.Uint32(e[4:])))
}

// FNV-1a, 64 bits: enough to tell one list from another; nobody forges a list.
const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

func fnv(h uint64, p []byte) uint64 {
	for _, c := range p {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}
