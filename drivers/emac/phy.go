package emac

// Registers of the PHY (IEEE 802.3 clause 22, and the IP101's own) and their bits.
const (
	PHYControl = 0 // BMCR
	PHYStatus  = 1 // BMSR
	PHYID1     = 2
	PHYID2     = 3
	PHYAdvert  = 4  // ANAR
	PHYPartner = 5  // ANLPAR
	PHYExpand  = 6  // ANER
	PHYPage    = 20 // IP101: page select, 16 at the start
	PHYSummary = 30 // IP101, page 16: CSSR, operating mode and link

	ControlReset     = 1 << 15
	ControlLoopback  = 1 << 14
	Control100       = 1 << 13
	ControlNegotiate = 1 << 12
	ControlPowerDown = 1 << 11
	ControlIsolate   = 1 << 10
	ControlRestart   = 1 << 9
	ControlDuplex    = 1 << 8

	LinkNegotiated = 1 << 5
	LinkUp         = 1 << 2 // stays 0 after a loss until read

	Ability10     = 1 << 5
	Ability10Full = 1 << 6
	Ability100    = 1 << 7
	Ability100Ful = 1 << 8
	AbilityPause  = 1 << 10
	AbilityAck    = 1 << 14

	SummaryMode = 7 // one of the following
	Mode10      = 1
	Mode100     = 2
	Mode10Full  = 5
	Mode100Full = 6
	SummaryLink = 1 << 8

	IP101ID1 = 0x0243
	IP101ID2 = 0x0c54
)

// offered is what PHYAdvert must have of a driver that can PAUSE: all modes of the MAC, and the selector of IEEE 802.3 (28.2.1.2).
const offered = AbilityPause | Ability100Ful | Ability100 | Ability10Full | Ability10 | 1
