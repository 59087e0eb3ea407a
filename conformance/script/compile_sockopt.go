package script

import (
	"encoding/binary"

	"stackproof/conformance/sut"
)

// sockopt compiles what setsockopt and getsockopt share; the level says nothing that the option's name does not.
func (b *callBuilder) sockopt(op sut.Op) sut.Option {
	b.op(op)
	b.word(1, "SOL_SOCKET", "SOL_TCP", "SOL_IP", "SOL_IPV6", "IPPROTO_TCP", "IPPROTO_IP", "IPPROTO_IPV6")
	e := &b.src.Args[2]
	o, ok := sut.OptionByName([]byte(e.Text))
	if e.Kind != ExprWord || !ok {
		b.fail(e.Pos, b.src.Name, "there is no option `%s`", e)
	}
	b.ev.Call.Option = o
	return o
}

func (b *callBuilder) setsockopt() {
	o := b.sockopt(sut.OpSetSockOpt)
	b.ev.Call.Data = b.optionValue(o, &b.src.Args[3])
}

func (b *callBuilder) getsockopt() {
	o := b.sockopt(sut.OpGetSockOpt)
	if e := &b.src.Args[3]; e.Kind != ExprEllipsis {
		b.ev.Want.HasData, b.ev.Want.Data = true, b.optionValue(o, e)
	}
}

// optionValue is an option's value as sut lays it out: `[1]`, `{onoff=1, linger=5}`, `{tv_sec=1, tv_usec=500000}`,
// and for SO_ERROR `[ECONNREFUSED]` or Linux's number for it.
func (b *callBuilder) optionValue(o sut.Option, e *Expr) []byte {
	switch o {
	case sut.SoLinger:
		m := b.members(e, "onoff", "linger")
		return int32s(b.member(e, m["onoff"], 1), b.member(e, m["linger"], 65535))
	case sut.SoRcvTimeo, sut.SoSndTimeo:
		m := b.members(e, "tv_sec", "tv_usec")
		return int32s(b.member(e, m["tv_sec"], 1e6)*1000 + b.member(e, m["tv_usec"], 999999)/1000)
	}
	if e.Kind != ExprArray || len(e.List) != 1 {
		b.fail(e.Pos, b.src.Name, "want [VALUE], got `%s`", e)
	}
	v := &e.List[0]
	if o != sut.SoError {
		return int32s(b.member(e, v, 1<<31-1))
	}
	if v.Kind == ExprWord {
		return int32s(int64(b.errno(v.Pos, v.Text)))
	}
	n, ok := linuxErrno[b.member(e, v, 1<<31-1)]
	if !ok {
		b.fail(v.Pos, b.src.Name, "%d is not the number of an error on Linux", v.N)
	}
	return int32s(int64(n))
}

// member is a number in an option's value.
func (b *callBuilder) member(of, e *Expr, limit int64) int64 {
	if e == nil || e.Kind != ExprInt || e.N < 0 || e.N > limit {
		b.fail(of.Pos, b.src.Name, "`%s`: want numbers from 0 to %d", of, limit)
	}
	return e.N
}

// int32s lays numbers out as options travel.
func int32s(ns ...int64) []byte {
	var b []byte
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return b
}
