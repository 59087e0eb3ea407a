package emac

// Offsets of the MAC's registers from the block's base.
const (
	MACConfig      = 0x0000
	MACFrameFilter = 0x0004
	HashTableHigh  = 0x0008
	HashTableLow   = 0x000c
	GMIIAddr       = 0x0010 // MDIO command
	GMIIData       = 0x0014 // MDIO data, 16 bits
	FlowControl    = 0x0018
	VLANTag        = 0x001c
	Version        = 0x0020 // VersionGMAC
	Debug          = 0x0024
	WakeFilter     = 0x0028
	PMT            = 0x002c
	LPIControl     = 0x0030
	LPITimers      = 0x0034
	IntStatus      = 0x0038
	IntMask        = 0x003c // 1 masks
	Addr0High      = 0x0040 // AddrNHigh is at Addr0High + 8 n; write the high word first
	Addr0Low       = 0x0044
	WdogTimeout    = 0x00dc
	TSControl      = 0x0700 // time stamps
	SubSecondInc   = 0x0704
	SystemSeconds  = 0x0708
	SystemNanos    = 0x070c
	UpdateSeconds  = 0x0710
	UpdateNanos    = 0x0714
	TSAddend       = 0x0718
	TargetSeconds  = 0x071c
	TargetNanos    = 0x0720
	HigherWord     = 0x0724
	TSStatus       = 0x0728
	PPSControl     = 0x072c
)

// Offsets of the DMA's registers from the block's base.
const (
	BusMode      = 0x1000
	TxPoll       = 0x1004 // any write is a poll demand
	RxPoll       = 0x1008
	RxList       = 0x100c
	TxList       = 0x1010
	Status       = 0x1014
	OpMode       = 0x1018
	IntEnable    = 0x101c
	Missed       = 0x1020
	RxWatchdog   = 0x1024
	AXIBusMode   = 0x1028
	AXIStatus    = 0x102c
	CurTxDesc    = 0x1048
	CurRxDesc    = 0x104c
	CurTxBuffer  = 0x1050
	CurRxBuffer  = 0x1054
	HWFeature    = 0x1058
	RegistersEnd = 0x1100 // channel 0 ends here
)

// VersionGMAC is what Version reads: release 3.7.
const VersionGMAC = 0x37

// MACConfig. PRELEN is bits 1:0, BL 6:5, IFG 19:17.
const (
	ConfigRE   = 1 << 2  // receiver enable
	ConfigTE   = 1 << 3  // transmitter enable
	ConfigDC   = 1 << 4  // deferral check, half duplex
	ConfigBLAt = 5       // back-off limit: 10, 8, 4, 1
	ConfigACS  = 1 << 7  // strip pad and FCS of frames with a length field
	ConfigLUD  = 1 << 8  // link up
	ConfigDR   = 1 << 9  // no retry after a collision
	ConfigIPC  = 1 << 10 // receive checksum engine
	ConfigDM   = 1 << 11 // full duplex
	ConfigLM   = 1 << 12 // loopback at the MII
	ConfigDO   = 1 << 13 // do not receive what is sent, half duplex
	ConfigFES  = 1 << 14 // 100 Mbit/s, else 10
	ConfigPS   = 1 << 15 // MII, not GMII: always 1
	ConfigDCRS = 1 << 16 // ignore the carrier while sending, half duplex
	ConfigIFG  = 7 << 17 // gap between frames, 96 bits less 8 for each step
	ConfigIFGA = 17      // position of ConfigIFG
	ConfigJE   = 1 << 20 // jumbo frames
	ConfigBE   = 1 << 21 // frame burst
	ConfigJD   = 1 << 22 // jabber timer off
	ConfigWD   = 1 << 23 // receive watchdog off
	ConfigTC   = 1 << 24
	ConfigCST  = 1 << 25 // strip the FCS of frames with a type
	Config2KPE = 1 << 27 // frames of up to 2000 bytes are no giants
)

// MACFrameFilter. PCF is bits 7:6.
const (
	FilterPR    = 1 << 0 // promiscuous
	FilterHUC   = 1 << 1 // unicast by hash
	FilterHMC   = 1 << 2 // multicast by hash
	FilterDAIF  = 1 << 3 // inverse destination filter
	FilterPM    = 1 << 4 // pass all multicast
	FilterDBF   = 1 << 5 // drop broadcast
	FilterPCFAt = 6      // control frames: none, all but PAUSE, all, those that pass the filter
	FilterPCF   = 3 << 6
	FilterSAIF  = 1 << 8  // inverse source filter
	FilterSAF   = 1 << 9  // source filter
	FilterHPF   = 1 << 10 // hash or perfect
	FilterVTFE  = 1 << 16 // VLAN filter
	FilterIPFE  = 1 << 20
	FilterDNTU  = 1 << 21 // drop what is neither TCP nor UDP over IP
	FilterRA    = 1 << 31 // receive all
)

// AddrNHigh.
const (
	AddrAE    = 1 << 31 // enabled
	AddrSA    = 1 << 30 // compares source addresses
	AddrMBCAt = 24      // six bits, each of which masks a byte
	AddrSlots = 9       // slots 0 to 8; more may be there
)

// GMIIAddr. CR is bits 5:2, GR 10:6, PA 15:11.
const (
	MDIOGB   = 1 << 0 // busy
	MDIOGW   = 1 << 1 // write
	MDIOCRAt = 2      // divider of the bus clock: 42, 62, 16, 26, 102, 124
	MDIOCR   = 15 << MDIOCRAt
	MDIOGRAt = 6
	MDIOGR   = 31 << MDIOGRAt
	MDIOPAAt = 11
	MDIOPA   = 31 << MDIOPAAt
)

// FlowControl. PLT is bits 5:4, PT 31:16.
const (
	FlowFCB   = 1 << 0 // send a PAUSE frame; half duplex: back-pressure
	FlowTFE   = 1 << 1 // send PAUSE frames
	FlowRFE   = 1 << 2 // obey PAUSE frames
	FlowUP    = 1 << 3 // also those to the unicast address
	FlowPLTAt = 4
	FlowDZPQ  = 1 << 7 // no PAUSE of 0 at the end
	FlowPTAt  = 16
)

// Debug.
const (
	DebugRPESTS   = 1 << 0 // receiver busy
	DebugRRCSTSAt = 5
	DebugRRCSTS   = 3 << DebugRRCSTSAt // receive FIFO being read: 0 idle
	DebugRXFSTSAt = 8
	DebugRXFSTS   = 3 << DebugRXFSTSAt // receive FIFO: empty, below, above the threshold, full
	DebugTPESTS   = 1 << 16            // transmitter busy
	DebugTFCSTSAt = 17
	DebugTFCSTS   = 3 << DebugTFCSTSAt // transmit frame controller: idle, gap, pause, frame
	DebugTXPAUSED = 1 << 19
	DebugTRCSTSAt = 20
	DebugTRCSTS   = 3 << DebugTRCSTSAt
	DebugTXFSTS   = 1 << 24 // transmit FIFO not empty
)

// IntStatus and IntMask.
const (
	MACIntPMT = 1 << 3
	MACIntTS  = 1 << 9 // time stamp; TSStatus clears it
	MACIntLPI = 1 << 10
)

// BusMode. PBL is bits 13:8, PR 15:14, RPBL 22:17.
const (
	BusModeSWR   = 1 << 0 // software reset; clears itself once every clock runs
	BusModeDA    = 1 << 1
	BusModeDSLAt = 2      // skip between descriptors of a ring, in words
	BusModeATDS  = 1 << 7 // descriptors of eight words
	BusModePBLAt = 8      // burst length
	BusModeFB    = 1 << 16
	BusModeUSP   = 1 << 23
	BusModePBLx8 = 1 << 24
	BusModeAAL   = 1 << 25
	BusModeMB    = 1 << 26
)

// Status, and IntEnable where both have a bit.
const (
	StatusTI   = 1 << 0  // frame sent, descriptor with TxIC
	StatusTPS  = 1 << 1  // transmit engine stopped
	StatusTU   = 1 << 2  // no transmit descriptor: suspended
	StatusTJT  = 1 << 3  // jabber
	StatusOVF  = 1 << 4  // receive FIFO overflow
	StatusUNF  = 1 << 5  // transmit FIFO underflow
	StatusRI   = 1 << 6  // frame received
	StatusRU   = 1 << 7  // no receive descriptor: suspended
	StatusRPS  = 1 << 8  // receive engine stopped
	StatusRWT  = 1 << 9  // receive watchdog
	StatusETI  = 1 << 10 // frame in the transmit FIFO
	StatusFBI  = 1 << 13 // bus error; the engine has stopped
	StatusERI  = 1 << 14 // first buffer of a frame filled
	StatusAIS  = 1 << 15 // abnormal interrupt summary
	StatusNIS  = 1 << 16 // normal interrupt summary
	StatusRSAt = 17      // state of the receive engine, 3 bits
	StatusTSAt = 20      // state of the transmit engine, 3 bits
	StatusEBAt = 23      // kind of bus error, 3 bits
	StatusPMT  = 1 << 28
	StatusTTI  = 1 << 29 // time stamp interrupt, cleared in the MAC

	StatusNormal   = StatusTI | StatusTU | StatusRI | StatusERI
	StatusAbnormal = StatusTPS | StatusTJT | StatusOVF | StatusUNF | StatusRU | StatusRPS | StatusRWT | StatusETI | StatusFBI
	StatusClear    = StatusNormal | StatusAbnormal | StatusAIS | StatusNIS // what writing 1 clears
)

// States of the engines in Status.
const (
	RxStopped    = 0
	RxFetching   = 1
	RxWaiting    = 3
	RxSuspended  = 4
	RxClosing    = 5
	RxStamping   = 6
	RxWriting    = 7
	TxStopped    = 0
	TxFetching   = 1
	TxStatusWait = 2
	TxReading    = 3
	TxStamping   = 4
	TxSuspended  = 6
	TxClosing    = 7
)

// Kinds of bus error in Status.
const (
	BusErrorRxData      = 0
	BusErrorTxData      = 3
	BusErrorRxDescWrite = 4
	BusErrorTxDescWrite = 5
	BusErrorRxDescRead  = 6
	BusErrorTxDescRead  = 7
)

// OpMode. RTC is bits 4:3, TTC 16:14.
const (
	OpModeSR    = 1 << 1  // receive engine runs
	OpModeOSF   = 1 << 2  // second frame before the first one's status
	OpModeRTCAt = 3       // receive threshold: 64, 32, 96, 128 bytes
	OpModeDGF   = 1 << 5  // drop giants
	OpModeFUF   = 1 << 6  // forward runts that have a good FCS
	OpModeFEF   = 1 << 7  // forward frames with errors
	OpModeST    = 1 << 13 // transmit engine runs
	OpModeTTCAt = 14      // transmit threshold: 64, 128, 192, 256, 40, 32, 24, 16 bytes
	OpModeFTF   = 1 << 20 // flush the transmit FIFO; clears itself
	OpModeTSF   = 1 << 21 // transmit store and forward
	OpModeDFF   = 1 << 24 // do not flush frames for which there is no descriptor
	OpModeRSF   = 1 << 25 // receive store and forward
	OpModeDT    = 1 << 26 // do not drop frames with a wrong TCP/IP checksum
)

// Missed. All bits clear when read.
const (
	MissedFrames       = 0xffff // for want of descriptors
	MissedFramesOver   = 1 << 16
	MissedOverflowAt   = 17 // frames that the FIFO lost, 11 bits
	MissedOverflow     = 0x7ff << MissedOverflowAt
	MissedOverflowOver = 1 << 28
)

// TSControl. SNAPTYPSEL is bits 17:16.
const (
	TSEnable     = 1 << 0  // TSENA
	TSFine       = 1 << 1  // TSCFUPDT: the clock's rate is TSAddend's
	TSInit       = 1 << 2  // TSINIT: load the clock; clears itself
	TSUpdate     = 1 << 3  // TSUPDT: add to the clock; clears itself
	TSTrigger    = 1 << 4  // TSTRIG: interrupt at the target time
	TSLoadAddend = 1 << 5  // TSADDREG: clears itself
	TSAll        = 1 << 8  // TSENALL: stamp every frame
	TSDecimal    = 1 << 9  // TSCTRLSSR: nanoseconds, not units of 2^-31 s
	TSVersion2   = 1 << 10 // TSVER2ENA
	TSEthernet   = 1 << 11 // TSIPENA: PTP over Ethernet
	TSIPv6       = 1 << 12 // TSIPV6ENA
	TSIPv4       = 1 << 13 // TSIPV4ENA: 1 after reset
	TSEvents     = 1 << 14 // TSEVNTENA: only event messages
	TSMaster     = 1 << 15 // TSMSTRENA
	TSSnapAt     = 16
	TSAddress    = 1 << 18 // TSENMACADDR

	UpdateSubtract = 1 << 31 // ADDSUB of UpdateNanos

	TSSecondsOver = 1 << 0 // TSStatus: the seconds overflowed
	TSTargetMet   = 1 << 1 // TSStatus: the target time is reached
)
