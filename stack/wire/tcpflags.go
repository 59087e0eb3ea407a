package wire

import "math/bits"

// TCPFlags are the control bits of a TCP header.
type TCPFlags uint8

const (
	FlagFIN TCPFlags = 1 << iota
	FlagSYN
	FlagRST
	FlagPSH
	FlagACK
	FlagURG
	FlagECE // RFC 3168 6.1
	FlagCWR
)

// Has reports whether all of these bits are set.
func (f TCPFlags) Has(all TCPFlags) bool { return f&all == all }

// Any reports whether at least one of these bits is set.
func (f TCPFlags) Any(of TCPFlags) bool { return f&of != 0 }

// SeqLen returns how much sequence space the bits themselves take: one for SYN, one for FIN.
func (f TCPFlags) SeqLen() uint32 { return uint32(f>>1&1) + uint32(f&1) }

// String returns the bits as packetdrill scripts and tcpdump write them: letters of FSRPUEW, then a dot for ACK, as in
// "S.", "FP.", "SEW"; "none" without any.
func (f TCPFlags) String() string {
	if f == 0 {
		return "none"
	}
	at := flagWidth * int(f)
	return flagText[at : at+bits.OnesCount8(uint8(f))]
}

const flagWidth = 8

// flagText holds the text of every combination, flagWidth bytes each: a string that is not built cannot allocate.
const flagText = "" +
	"        F       S       FS      R       FR      SR      FSR     " +
	"P       FP      SP      FSP     RP      FRP     SRP     FSRP    " +
	".       F.      S.      FS.     R.      FR.     SR.     FSR.    " +
	"P.      FP.     SP.     FSP.    RP.     FRP.    SRP.    FSRP.   " +
	"U       FU      SU      FSU     RU      FRU     SRU     FSRU    " +
	"PU      FPU     SPU     FSPU    RPU     FRPU    SRPU    FSRPU   " +
	"U.      FU.     SU.     FSU.    RU.     FRU.    SRU.    FSRU.   " +
	"PU.     FPU.    SPU.    FSPU.   RPU.    FRPU.   SRPU.   FSRPU.  " +
	"E       FE      SE      FSE     RE      FRE     SRE     FSRE    " +
	"PE      FPE     SPE     FSPE    RPE     FRPE    SRPE    FSRPE   " +
	"E.      FE.     SE.     FSE.    RE.     FRE.    SRE.    FSRE.   " +
	"PE.     FPE.    SPE.    FSPE.   RPE.    FRPE.   SRPE.   FSRPE.  " +
	"UE      FUE     SUE     FSUE    RUE     FRUE    SRUE    FSRUE   " +
	"PUE     FPUE    SPUE    FSPUE   RPUE    FRPUE   SRPUE   FSRPUE  " +
	"UE.     FUE.    SUE.    FSUE.   RUE.    FRUE.   SRUE.   FSRUE.  " +
	"PUE.    FPUE.   SPUE.   FSPUE.  RPUE.   FRPUE.  SRPUE.  FSRPUE. " +
	"W       FW      SW      FSW     RW      FRW     SRW     FSRW    " +
	"PW      FPW     SPW     FSPW    RPW     FRPW    SRPW    FSRPW   " +
	"W.      FW.     SW.     FSW.    RW.     FRW.    SRW.    FSRW.   " +
	"PW.     FPW.    SPW.    FSPW.   RPW.    FRPW.   SRPW.   FSRPW.  " +
	"UW      FUW     SUW     FSUW    RUW     FRUW    SRUW    FSRUW   " +
	"PUW     FPUW    SPUW    FSPUW   RPUW    FRPUW   SRPUW   FSRPUW  " +
	"UW.     FUW.    SUW.    FSUW.   RUW.    FRUW.   SRUW.   FSRUW.  " +
	"PUW.    FPUW.   SPUW.   FSPUW.  RPUW.   FRPUW.  SRPUW.  FSRPUW. " +
	"EW      FEW     SEW     FSEW    REW     FREW    SREW    FSREW   " +
	"PEW     FPEW    SPEW    FSPEW   RPEW    FRPEW   SRPEW   FSRPEW  " +
	"EW.     FEW.    SEW.    FSEW.   REW.    FREW.   SREW.   FSREW.  " +
	"PEW.    FPEW.   SPEW.   FSPEW.  RPEW.   FRPEW.  SRPEW.  FSRPEW. " +
	"UEW     FUEW    SUEW    FSUEW   RUEW    FRUEW   SRUEW   FSRUEW  " +
	"PUEW    FPUEW   SPUEW   FSPUEW  RPUEW   FRPUEW  SRPUEW  FSRPUEW " +
	"UEW.    FUEW.   SUEW.   FSUEW.  RUEW.   FRUEW.  SRUEW.  FSRUEW. " +
	"PUEW.   FPUEW.  SPUEW.  FSPUEW. RPUEW.  FRPUEW. SRPUEW. FSRPUEW."
