package tcp

import "stackproof/stack/wire"

// report puts the SACK blocks into the options of a segment: the block that the last segment belongs to first, then the
// others as they changed last, as many as the list holds (RFC 2018 4). If what came last had come before, that stands in
// front of all (RFC 2883 4), once.
func (c *Conn) report(o *Options) {
	if c.dup.lo != c.dup.hi {
		o.NSACK = 1
		o.SACK[0] = wire.SACKBlock{Left: uint32(c.dup.lo), Right: uint32(c.dup.hi)}
	}
	for _, x := range c.arrived.all() {
		if o.NSACK == wire.MaxSACKBlocks {
			return
		}
		if c.rcvNxt.Less(x.lo) { // nothing is missing before what came with the SYN: it is only not acknowledged yet
			o.SACK[o.NSACK] = wire.SACKBlock{Left: uint32(x.lo), Right: uint32(x.hi)}
			o.NSACK++
		}
	}
}
