package emac

// Stats are what the driver has counted since Init. Every frame that it was given, and every one that the hardware told
// of, is in one of them. They wrap.
type Stats struct {
	RxFrames   uint32 // lent to the stack
	RxErrors   uint32 // with an error of the wire: FCS, PHY, watchdog, dribble, late collision, too short
	RxChecksum uint32 // with a wrong checksum, found by the hardware
	RxCut      uint32 // longer than a buffer, cut by an overflow or for want of descriptors, or without an end
	RxMissed   uint32 // for which there was no descriptor
	RxOverflow uint32 // that the receive FIFO lost, or cut: then they are in RxCut too
	RxLost     uint32 // in the ring when the hardware was reset

	TxFrames  uint32 // sent
	TxErrors  uint32 // given up by the hardware: collisions, deferral, carrier, underflow
	TxLost    uint32 // in the ring when the hardware was reset
	TxNoLink  uint32 // handed over without a link
	TxNoRoom  uint32 // times that Reserve found no free buffer
	TxStalls  uint32 // resets because a descriptor did not move
	RxStalls  uint32 // resets because nothing came after an overflow
	Pauses    uint32 // PAUSE frames that were asked for
	BusErrors uint32 // resets because of a bus error

	Resets        uint32 // soft resets, the first and those of lost links among them
	ResetTimeouts uint32 // times that a soft reset waited for 100 ms: there is no clock
	LinkUps       uint32 // times that the engines were started with a link
	LinkDowns     uint32
	MDIOErrors    uint32 // answers that made no sense
	MDIOTimeouts  uint32 // resets because the management interface did not answer
}

// Stats returns the counters.
func (d *Driver) Stats() *Stats { return &d.counters }
