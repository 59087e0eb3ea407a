package emac

import "unsafe"

// Descriptor is a descriptor of either DMA engine: eight words as BusModeATDS says, and padding to a cache line, so that
// a cache operation on one descriptor leaves its neighbours alone. Engines find the next one by its address (chain) or
// DescriptorSkip further (ring).
//
// Word 0 of a descriptor that the DMA may own is read and written with sync/atomic alone: the compiler must neither keep
// it in a register nor move other accesses across it.
type Descriptor [CacheLine / 4]uint32

// DescriptorSize is the distance of two descriptors in bytes, DescriptorSkip the value of BusModeDSL for it: the words
// between the end of one and the start of the next.
const (
	DescriptorSize = CacheLine
	DescriptorSkip = DescriptorSize/4 - 8
)

// Words of a descriptor.
const (
	WordStatus    = 0 // TDES0, RDES0: OWN, control and status
	WordSizes     = 1 // TDES1, RDES1: buffer sizes; for a receive descriptor also control
	WordBuffer1   = 2 // TDES2, RDES2: address of buffer 1
	WordBuffer2   = 3 // TDES3, RDES3: address of buffer 2, or of the next descriptor
	WordExtended  = 4 // RDES4: extended status
	WordTimeLow   = 6 // TDES6, RDES6: time stamp, nanoseconds
	WordTimeHigh  = 7 // TDES7, RDES7: time stamp, seconds
	AlignBuffer   = 4 // sizes and addresses of receive buffers are multiples of the bus width
	MaxBufferSize = 1<<13 - 1
)

// DescOwn in word 0 says that the descriptor is the DMA's.
const DescOwn = 1 << 31

// TDES0, as the driver writes it.
const (
	TxIC    = 1 << 30 // interrupt on completion; in the last descriptor of a frame
	TxLS    = 1 << 29 // last segment of a frame
	TxFS    = 1 << 28 // first segment of a frame
	TxDC    = 1 << 27 // do not append the FCS
	TxDP    = 1 << 26 // do not pad to 60 bytes
	TxTTSE  = 1 << 25 // take a time stamp; in the first descriptor
	TxCRCR  = 1 << 24 // with TxDC: replace the frame's last four bytes by the FCS
	TxCIC   = 3 << 22 // checksums that are inserted, one of the four below
	TxTER   = 1 << 21 // end of the ring
	TxTCH   = 1 << 20 // chained: word 3 is the next descriptor
	TxVLIC  = 3 << 18 // VLAN insertion
	CICNone = 0 << 22
	CICIP   = 1 << 22 // IPv4 header
	CICPart = 2 << 22 // and the payload's, where the sum of the pseudo-header already stands in its field
	CICFull = 3 << 22 // and the payload's with the pseudo-header
)

// TDES0, as the DMA writes it in the last descriptor of a frame.
const (
	TxTTSS = 1 << 17 // time stamp taken
	TxIHE  = 1 << 16 // IP header error
	TxES   = 1 << 15 // error summary: any of JT, FF, IPE, LCA, NC, LC, EC, UF, IHE, and ED with MACConfig DC
	TxJT   = 1 << 14 // jabber time-out
	TxFF   = 1 << 13 // flushed by OpModeFTF
	TxIPE  = 1 << 12 // payload checksum error
	TxLCA  = 1 << 11 // loss of carrier
	TxNC   = 1 << 10 // no carrier
	TxLC   = 1 << 9  // late collision
	TxEC   = 1 << 8  // excessive collisions
	TxVF   = 1 << 7  // VLAN frame
	TxCCAt = 3       // number of collisions, 4 bits
	TxCC   = 15 << TxCCAt
	TxED   = 1 << 2 // excessive deferral
	TxUF   = 1 << 1 // FIFO underflow
	TxDB   = 1 << 0 // deferred
)

// TDES1.
const (
	TxSize   = 0x1fff // size of buffer 1 (TBS1)
	TxTBS2At = 16     // position of the size of buffer 2
	TxSAICAt = 29     // position of the source address insertion, 3 bits
)

// RDES0, as the DMA writes it.
const (
	RxAFM  = 1 << 30 // the destination address failed the filter
	RxFLAt = 16      // position of the frame's length with FCS, 14 bits; in the last descriptor
	RxFL   = 0x3fff << RxFLAt
	RxES   = 1 << 15 // error summary: any of CE, RE, RWT, LC, GF, OE, DE, and a checksum error of RDES4
	RxDE   = 1 << 14 // descriptor error: the frame is cut for want of a descriptor
	RxSAF  = 1 << 13 // the source address failed the filter
	RxLE   = 1 << 12 // the length field disagrees with the length
	RxOE   = 1 << 11 // FIFO overflow
	RxVLAN = 1 << 10 // VLAN tag
	RxFS   = 1 << 9  // first descriptor of a frame
	RxLS   = 1 << 8  // last descriptor of a frame
	RxGF   = 1 << 7  // time stamp available; else giant frame
	RxLC   = 1 << 6  // late collision
	RxFT   = 1 << 5  // frame type: the length field is a type, 0x600 or more
	RxRWT  = 1 << 4  // receive watchdog time-out
	RxRE   = 1 << 3  // receive error of the PHY
	RxDBE  = 1 << 2  // dribble bits
	RxCE   = 1 << 1  // wrong FCS
	RxESA  = 1 << 0  // RDES4 is valid
)

// RDES1, as the driver writes it.
const (
	RxDIC    = 1 << 31 // no interrupt on completion
	RxRBS2At = 16      // position of the size of buffer 2
	RxRER    = 1 << 15 // end of the ring
	RxRCH    = 1 << 14 // chained: word 3 is the next descriptor
	RxSize   = 0x1fff  // size of buffer 1 (RBS1)
)

// RDES4, as the DMA writes it; valid with RxESA in the last descriptor of a frame.
const (
	ExtIPv6   = 1 << 7
	ExtIPv4   = 1 << 6
	ExtIPCB   = 1 << 5 // checksum engine bypassed
	ExtIPPE   = 1 << 4 // payload checksum error
	ExtIPHE   = 1 << 3 // IP header error
	ExtIPT    = 7      // payload type, one of the following
	IPTOther  = 0
	IPTUDP    = 1
	IPTTCP    = 2
	IPTICMP   = 3
	ExtPTPAt  = 8       // position of the PTP message type, 4 bits
	ExtPFT    = 1 << 12 // PTP over Ethernet
	ExtPV     = 1 << 13 // PTP version 2
	ExtTSDrop = 1 << 14 // time stamp dropped
)

// Descriptors returns the memory b as descriptors. b must begin at a multiple of CacheLine and be a multiple of
// DescriptorSize long; what is left over is not used.
func Descriptors(b []byte) []Descriptor {
	if len(b) < DescriptorSize {
		return nil
	}
	return unsafe.Slice((*Descriptor)(unsafe.Pointer(&b[0])), len(b)/DescriptorSize)
}
