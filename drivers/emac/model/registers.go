package model

import (
	"fmt"
	"time"

	"stackproof/drivers/emac"
)

// register says what a register is made of.
type register struct {
	name   string
	reset  uint32
	write  uint32 // bits that keep what is written
	other  uint32 // bits that may be written with anything: read-only ones, and those that act
	beyond uint32 // bits of write that the model does not have
	fixed  bool   // a write to it is a mistake
}

const all = ^uint32(0)

// registers is the map. What is missing does not exist.
var registers = map[uint32]register{
	emac.MACConfig: {name: "MACCONFIG", write: 0x7fffffff, beyond: 1<<24 | 1<<26 | 7<<28 | emac.ConfigBE},
	emac.MACFrameFilter: {name: "MACFRAMEFILTER", write: 0x803107ff,
		beyond: emac.FilterVTFE | emac.FilterIPFE | emac.FilterDNTU},
	emac.HashTableHigh: {name: "HASHTABLEHIGH", write: all},
	emac.HashTableLow:  {name: "HASHTABLELOW", write: all},
	emac.GMIIAddr:      {name: "GMIIADDR", write: 0xfffe, other: emac.MDIOGB},
	emac.GMIIData:      {name: "GMIIDATA", write: 0xffff},
	emac.FlowControl:   {name: "FLOWCONTROL", write: 0xffff00be, other: emac.FlowFCB},
	emac.VLANTag:       {name: "VLANTAG", write: 0xfffff, beyond: 0xfffff},
	emac.Version:       {name: "VERSION", reset: emac.VersionGMAC, fixed: true},
	emac.Debug:         {name: "DEBUG", fixed: true},
	emac.WakeFilter:    {name: "WKUPFRM", write: all, beyond: all},
	emac.PMT:           {name: "PMT", write: 0x80000267, beyond: all},
	emac.LPIControl:    {name: "LPICTRL", write: 0xf0000, beyond: all},
	emac.LPITimers:     {name: "LPITIMERS", reset: 1000 << 16, write: 0x3ffffff},
	emac.IntStatus:     {name: "INTSTATUS", fixed: true},
	emac.IntMask:       {name: "INTMASK", write: 0x60f, other: all},
	emac.WdogTimeout:   {name: "WDOGTIMEOUT", write: 0x13fff},

	emac.TSControl: {name: "TSCTRL", reset: emac.TSIPv4, write: 0x1f07ff13,
		other: emac.TSInit | emac.TSUpdate | emac.TSLoadAddend, beyond: 0x1f000000},
	emac.SubSecondInc:  {name: "SSINC", write: 0xff},
	emac.SystemSeconds: {name: "SYSTEMSECONDS", fixed: true},
	emac.SystemNanos:   {name: "SYSTEMNANOS", fixed: true},
	emac.UpdateSeconds: {name: "UPDATESECONDS", write: all},
	emac.UpdateNanos:   {name: "UPDATENANOS", write: all},
	emac.TSAddend:      {name: "ADDEND", write: all},
	emac.TargetSeconds: {name: "TARGETSECONDS", write: all},
	emac.TargetNanos:   {name: "TARGETNANOS", write: all},
	emac.HigherWord:    {name: "HIGHERWORD", write: 0xffff},
	emac.TSStatus:      {name: "TSSTATUS", fixed: true},
	emac.PPSControl:    {name: "PPSCTRL", write: 0xf},

	emac.BusMode:     {name: "BUSMODE", reset: 0x20101, write: 0xbffffffe, other: emac.BusModeSWR},
	emac.TxPoll:      {name: "TXPOLL", other: all},
	emac.RxPoll:      {name: "RXPOLL", other: all},
	emac.RxList:      {name: "RXLIST", write: all &^ 3},
	emac.TxList:      {name: "TXLIST", write: all &^ 3},
	emac.Status:      {name: "STATUS", other: all},
	emac.OpMode:      {name: "OPMODE", write: 0x7e1fffe, other: emac.OpModeFTF, beyond: 0xc01f00},
	emac.IntEnable:   {name: "INTEN", write: 0x1e7ff},
	emac.Missed:      {name: "MISSED", fixed: true},
	emac.RxWatchdog:  {name: "RIWT", write: 0xff},
	emac.AXIBusMode:  {name: "AXIBUSMODE", reset: 0x110001, write: all},
	emac.AXIStatus:   {name: "AXISTATUS", fixed: true},
	emac.CurTxDesc:   {name: "CURTDESC", fixed: true},
	emac.CurRxDesc:   {name: "CURRDESC", fixed: true},
	emac.CurTxBuffer: {name: "CURTBUF", fixed: true},
	emac.CurRxBuffer: {name: "CURRBUF", fixed: true},
	emac.HWFeature:   {name: "HWFEATURE", reset: featureGuess, fixed: true},
}

// featureGuess is MII, half duplex, more addresses, MDIO, time stamps, both checksum engines, enhanced descriptors, RMII.
// What silicon reads is not known.
const featureGuess = 1<<0 | 1<<2 | 1<<5 | 1<<8 | 1<<13 | 1<<16 | 1<<18 | 1<<24 | 4<<28

func init() {
	for n := range uint32(emac.AddrSlots) {
		high := register{name: fmt.Sprintf("ADDR%dHIGH", n), reset: 0xffff, write: 0xff00ffff}
		if n == 0 {
			high.reset, high.write, high.other = 0x8000ffff, 0xffff, emac.AddrAE
		}
		registers[emac.Addr0High+8*n] = high
		registers[emac.Addr0Low+8*n] = register{name: fmt.Sprintf("ADDR%dLOW", n), reset: all, write: all}
	}
	// The counters of a full GMAC are not in the chip's headers: they read as 0.
	for o := uint32(0x100); o < 0x300; o += 4 {
		registers[o] = register{name: "MMC", other: all}
	}
}

func registerName(offset uint32) string {
	if r, ok := registers[offset]; ok {
		return r.name
	}
	return "unknown"
}

func (e *EMAC) resetRegisters() {
	clear(e.reg[:])
	for o, r := range registers {
		e.reg[o/4] = r.reset
	}
	for n := range e.address.slots {
		e.address.slots[n] = slot{}
	}
	e.latchAddresses()
}

// accessible reports whether the register can be reached, and says so where it cannot.
func (e *EMAC) accessible(offset uint32) bool {
	_, known := registers[offset]
	switch {
	case !e.clocks.System:
		e.misuse(RuleClock, offset, "the block's clock is off")
	case e.clocks.Held:
		e.misuse(RuleClock, offset, "the block is held in reset")
	case !known:
		e.misuse(RuleUnknown, offset, "there is no such register")
	case e.reset && offset != emac.BusMode:
		e.misuse(RuleSoftReset, offset, "the soft reset is not over: SWR is set")
		return true
	default:
		return true
	}
	return false
}

// Read reads the register at offset from the MAC's base, at now.
func (e *EMAC) Read(now time.Duration, offset uint32) uint32 {
	e.Advance(now)
	if !e.accessible(offset) {
		return 0
	}
	v := e.reg[offset/4]
	switch offset {
	case emac.BusMode:
		if e.reset {
			v |= emac.BusModeSWR
		}
	case emac.GMIIAddr:
		if e.mdio.busy {
			v |= emac.MDIOGB
		}
	case emac.FlowControl:
		v |= e.flow.command()
	case emac.Debug:
		v = e.debug()
	case emac.IntStatus:
		v = e.macInterrupts()
	case emac.Status:
		v = e.readStatus()
	case emac.Missed:
		e.reg[offset/4] = 0
	case emac.CurTxDesc, emac.TxPoll:
		v = e.tx.at
		if offset == emac.TxPoll {
			v = e.tx.held.words[0]
		}
	case emac.CurRxDesc, emac.RxPoll:
		v = e.rx.at
		if offset == emac.RxPoll {
			v = e.rx.held.words[0]
		}
	case emac.CurTxBuffer:
		v = e.tx.buffer
	case emac.CurRxBuffer:
		v = e.rx.buffer
	case emac.SystemSeconds, emac.SystemNanos, emac.HigherWord, emac.TSStatus, emac.TargetNanos:
		v = e.readTime(offset)
	}
	return v
}

// Write writes the register at offset from the MAC's base, at now.
func (e *EMAC) Write(now time.Duration, offset, v uint32) {
	e.Advance(now)
	if !e.accessible(offset) {
		return
	}
	r := registers[offset]
	old := e.reg[offset/4]
	switch {
	case r.fixed:
		e.misuse(RuleReadOnly, offset, "%#x is written, and the register can only be read", v)
		return
	case v&^(r.write|r.other|r.reset) != 0 && offset != emac.RxList && offset != emac.TxList:
		e.misuse(RuleReserved, offset, "reserved bits are set: %#x", v&^(r.write|r.other|r.reset))
	}
	if more := v & r.beyond; more != 0 {
		e.misuse(RuleUnknown, offset, "the model does not have what these bits ask for: %#x", more)
	}
	if !e.mayWrite(offset, v) {
		return
	}
	if e.demands(offset, old, v) && !e.memory.Settled() {
		e.misuse(RuleBarrier, offset, "the DMA is told to look at memory, and no barrier is behind the last write-back")
	}
	e.reg[offset/4] = old&^r.write | v&r.write
	e.act(offset, old, v)
}

// mayWrite finds what must not be written now. The write is then lost.
func (e *EMAC) mayWrite(offset, v uint32) bool {
	switch {
	case (offset == emac.GMIIAddr || offset == emac.GMIIData) && e.mdio.busy:
		e.misuse(RuleBusy, offset, "%#x is written while GB is set", v)
	case offset == emac.FlowControl && e.flow.command() != 0:
		e.misuse(RuleBusy, offset, "%#x is written while FCB is set", v)
	case offset == emac.OpMode && e.reg[offset/4]&emac.OpModeFTF != 0:
		e.misuse(RuleFlush, offset, "%#x is written while FTF is set", v)
	case offset == emac.RxList && e.rx.state != receiveStopped:
		e.misuse(RuleList, offset, "%#x is written while the receive engine runs", v)
	case offset == emac.TxList && e.tx.state != transmitStopped:
		e.misuse(RuleList, offset, "%#x is written while the transmit engine runs", v)
	default:
		return true
	}
	return false
}

// demands tells whether a write makes an engine fetch descriptors.
func (e *EMAC) demands(offset, old, v uint32) bool {
	return offset == emac.TxPoll || offset == emac.RxPoll || offset == emac.OpMode && v&^old&(emac.OpModeST|emac.OpModeSR) != 0
}

// act does what a write brings about beside storing it.
func (e *EMAC) act(offset, old, v uint32) {
	switch offset {
	case emac.MACConfig:
		e.configure(old, v)
	case emac.GMIIAddr:
		if v&emac.MDIOGB != 0 {
			e.mdioStart()
		}
	case emac.FlowControl:
		e.flowWritten(v)
	case emac.BusMode:
		if v&emac.BusModeSWR != 0 {
			e.softReset()
		}
	case emac.TxPoll:
		e.transmitDemand()
	case emac.RxPoll:
		e.receiveDemand()
	case emac.RxList:
		e.rx.list(e, v)
	case emac.TxList:
		e.tx.list(e, v)
	case emac.Status:
		e.clearStatus(v)
	case emac.IntEnable:
		e.summarise()
	case emac.OpMode:
		e.operate(old, v)
	case emac.TSControl, emac.SubSecondInc, emac.TargetNanos, emac.TSAddend:
		e.writeTime(offset, old, v)
	default:
		if offset >= emac.Addr0High && offset < emac.Addr0High+8*emac.AddrSlots && offset&4 != 0 {
			e.latchAddress(int(offset-emac.Addr0High) / 8)
		} else if offset >= emac.Addr0High && offset < emac.Addr0High+8*emac.AddrSlots {
			e.address.pending |= 1 << ((offset - emac.Addr0High) / 8)
		}
	}
}

// configure is a write to MACConfig.
func (e *EMAC) configure(old, v uint32) {
	const rate = emac.ConfigFES | emac.ConfigPS
	on := v & (emac.ConfigTE | emac.ConfigRE)
	if on != 0 && v&emac.ConfigPS == 0 {
		e.misuse(RuleSpeed, emac.MACConfig, "PS is 0: the MAC has no 1000 Mbit/s")
	}
	if on&old != 0 && (old^v)&rate != 0 {
		e.misuse(RuleOrder, emac.MACConfig, "FES or PS changes while transmitter or receiver is on")
	}
	if v&emac.ConfigLM != 0 && v&emac.ConfigDM == 0 && on != 0 {
		e.misuse(RuleOrder, emac.MACConfig, "loopback is for full duplex")
	}
	if on&^old != 0 && e.address.pending != 0 {
		e.misuse(RuleOrder, emac.MACConfig, "an address is not complete: its high word was written, and not its low word after it")
	}
	e.tryTransmit()
}

// operate is a write to OpMode.
func (e *EMAC) operate(old, v uint32) {
	if v&emac.OpModeFTF != 0 {
		e.flush()
	}
	if change := old ^ v; change&emac.OpModeST != 0 {
		e.transmitRun(v&emac.OpModeST != 0)
	}
	if change := old ^ v; change&emac.OpModeSR != 0 {
		e.receiveRun(v&emac.OpModeSR != 0)
	}
	e.tryTransmit()
	e.receiveContinue()
}

// debug is what Debug reads.
func (e *EMAC) debug() (v uint32) {
	if e.rxMAC.accepting() {
		v |= emac.DebugRPESTS
	}
	if e.rx.state == receiveWriting {
		v |= 1 << emac.DebugRRCSTSAt
	}
	if e.rx.state == receiveClosing {
		v |= 2 << emac.DebugRRCSTSAt
	}
	switch level := e.rx.level(); {
	case level >= e.cfg.ReceiveFIFO:
		v |= 3 << emac.DebugRXFSTSAt
	case level >= e.receiveThreshold():
		v |= 2 << emac.DebugRXFSTSAt
	case level > 0:
		v |= 1 << emac.DebugRXFSTSAt
	}
	return v | e.txMAC.debug(e)
}
