package vm

import "stackproof/conformance/sut"

// Parts of a call that not every call has, in the order in which they follow. A part that is zero is not written.
const (
	callBlocks = 1 << iota
	callTask
	callFD
	callNewFD
	callDomain
	callType
	callProto
	callOption
	callFlags
	callValue
	callAddr
	callData
	callSend
	callWant
	callParts
)

func (e *Event) hasCall() (has uint64) {
	c := &e.Call
	for _, bit := range [...]bool{
		e.Blocks, c.Task != 0, c.FD != 0, c.NewFD != 0, c.Domain != 0, c.Type != 0, c.Proto != 0, c.Option != 0,
		c.Flags != 0, c.Value != 0, c.Addr != sut.Addr{}, len(c.Data) > 0, e.Send.has() != 0, e.Want.has() != 0,
	} {
		has >>= 1
		if bit {
			has |= callParts >> 1
		}
	}
	return has
}

// call is a Call event after its time.
func (c *coder) call(e *Event) {
	k := &e.Call
	k.Op = sut.Op(c.byte(uint8(k.Op)))
	has := c.uint(e.hasCall(), callParts-1)
	if e.Blocks = has&callBlocks != 0; e.Blocks {
		e.Span = c.time(e.Span)
	}
	k.Task = c.part(has&callTask != 0, k.Task)
	if has&callFD != 0 {
		k.FD = sut.FD(c.uint(uint64(k.FD), MaxFDs-1))
	}
	if has&callNewFD != 0 {
		k.NewFD = sut.FD(c.uint(uint64(k.NewFD), MaxFDs-1))
	}
	k.Domain = c.part(has&callDomain != 0, k.Domain)
	k.Type = c.part(has&callType != 0, k.Type)
	k.Proto = c.part(has&callProto != 0, k.Proto)
	k.Option = sut.Option(c.part(has&callOption != 0, uint8(k.Option)))
	if has&callFlags != 0 {
		k.Flags = uint16(c.uint(uint64(k.Flags), 1<<16-1))
	}
	if has&callValue != 0 {
		k.Value = int32(c.int32(uint32(k.Value)))
	}
	if has&callAddr != 0 {
		c.addr(&k.Addr)
	}
	if has&callData != 0 {
		k.Data = c.bytes(k.Data)
	}
	if has&callSend != 0 {
		c.payload(&e.Send)
	}
	if has&callWant != 0 {
		c.want(&e.Want)
	}
	if has != e.hasCall() {
		c.fail(BadForm)
	}
	c.known(k.Op.Known() && k.Option.Known())
}

// part is a byte that may be left out.
func (c *coder) part(there bool, x uint8) uint8 {
	if there {
		x = c.byte(x)
	}
	return x
}

func (c *coder) addr(a *sut.Addr) {
	a.Family = c.byte(a.Family)
	c.array(a.IP[:])
	a.Port = uint16(c.uint(uint64(a.Port), 1<<16-1))
	c.known(a.Family == 0 || a.Family == sut.DomainIPv4 || a.Family == sut.DomainIPv6)
}

const (
	wantAny = 1 << iota
	wantRet
	wantErr
	wantAddr
	wantData
	wantPattern
	wantSalt
	wantParts
)

func (w *Want) has() uint8 {
	return flag(w.Any, wantAny) | flag(w.Ret != 0, wantRet) | flag(w.Err != 0, wantErr) | flag(w.Addr != sut.Addr{}, wantAddr) |
		flag(w.HasData, wantData) | flag(w.Pattern, wantPattern) | flag(w.Salt != 0, wantSalt)
}

func (c *coder) want(w *Want) {
	has := c.enum(w.has(), wantParts)
	w.Any, w.HasData, w.Pattern = has&wantAny != 0, has&wantData != 0, has&wantPattern != 0
	if has&wantRet != 0 {
		w.Ret = int32(c.int32(uint32(w.Ret)))
	}
	if has&wantErr != 0 {
		w.Err = sut.Errno(c.byte(uint8(w.Err)))
		c.known(w.Err.Known())
	}
	if has&wantAddr != 0 {
		c.addr(&w.Addr)
	}
	if has&wantSalt != 0 {
		w.Salt = c.byte(w.Salt)
	}
	if w.HasData && !w.Pattern {
		w.Data = c.bytes(w.Data)
	}
	if has != w.has() {
		c.fail(BadForm)
	}
}
