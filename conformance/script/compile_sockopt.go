package script

import (
	"encoding/binary"
	"regexp"
	"strings"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// privateOptions are options of other kernels that belong to a construct of the closed list, by how their names begin.
var privateOptions = []struct{ prefix, construct string }{
	{"TCP_FASTOPEN", fastOpen}, {"SO_ZEROCOPY", zeroCopy}, {"TCP_ZEROCOPY", zeroCopy}, {"SCTP_", sctp},
	{"TCP_REMOTE_UDP_ENCAPS_PORT", tunnelled},
}

// hints are options that promise another system's scheduler or log something, and the wire nothing: in a script for such
// a system they are taken as set.
var hints = map[string]bool{
	"SO_DEBUG": true, "SO_PRIORITY": true, "SO_MARK": true, "SO_MAX_PACING_RATE": true, "SO_INCOMING_CPU": true,
	"TCP_CONGESTION": true, "TCP_FUNCTION_BLK": true, "TCP_LOG": true, "IP_BIND_ADDRESS_NO_PORT": true, "IP_LOCAL_PORT_RANGE": true,
	"TCP_INQ": true, // every recvmsg can be asked how much is left: control
}

// optionName is how options are called on every system.
var optionName = regexp.MustCompile(`^(SO|TCP|IP|IPV6|UDP|UDPLITE)_[A-Z0-9_]+$`)

// sockopt compiles what setsockopt and getsockopt share; the level says nothing that the option's name does not.
func (b *callBuilder) sockopt(op sut.Op) sut.Option {
	b.op(op)
	b.word(1, "SOL_SOCKET", "SOL_TCP", "SOL_IP", "SOL_IPV6", "SOL_UDP", "IPPROTO_TCP", "IPPROTO_IP", "IPPROTO_IPV6", "IPPROTO_UDP")
	e := &b.src.Args[2]
	for _, p := range privateOptions {
		if strings.HasPrefix(e.Text, p.prefix) {
			b.unsupported(e.Pos, b.src.Name, p.construct)
		}
	}
	name := e.Text
	if name == "TCP_NOPUSH" { // FreeBSD's name for it
		name = "TCP_CORK"
	}
	o, ok := sut.OptionByName([]byte(name))
	switch {
	case !ok && e.Kind == ExprWord && optionName.MatchString(e.Text):
		b.lack(e.Pos, b.src.Name, "the option %s", e)
	case !ok:
		b.fail(e.Pos, b.src.Name, "there is no option `%s`", e)
	}
	b.ev.Call.Option = o
	return o
}

func (b *callBuilder) setsockopt() {
	if b.foreign.On && hints[b.src.Args[2].Text] {
		*b.ev = vm.Event{Kind: vm.Wait, Mode: b.ev.Mode, At: b.ev.At}
		return
	}
	o := b.sockopt(sut.OpSetSockOpt)
	b.ev.Call.Data = b.optionValue(o, &b.src.Args[3])
}

// constants are the names of options' values.
var constants = map[string]int64{
	"IPTOS_LOWDELAY": 0x10, "IPTOS_THROUGHPUT": 8, "IPTOS_RELIABILITY": 4, "IPTOS_MINCOST": 2, "IPTOS_ECN_NOTECT": 0,
	"IPTOS_ECN_ECT1": 1, "IPTOS_ECN_ECT0": 2, "IPTOS_ECN_CE": 3, "IP_PMTUDISC_DONT": 0, "IP_PMTUDISC_WANT": 1,
	"IP_PMTUDISC_DO": 2, "IP_PMTUDISC_PROBE": 3, "IPV6_PMTUDISC_DONT": 0, "IPV6_PMTUDISC_WANT": 1, "IPV6_PMTUDISC_DO": 2,
}

// constant is a number up to limit, or the name of one, or several joined by |.
func (b *callBuilder) constant(e *Expr, limit int64) (n int64) {
	for _, w := range flagWords(e) {
		v, ok := constants[w]
		if code, is := strings.CutPrefix(w, "IPTOS_DSCP_"); is && !ok {
			var dscp uint32
			dscp, ok = dscps[code]
			v = int64(dscp) << 2
		}
		if u, err := parseUint(w); err == nil && u <= uint64(limit) {
			v, ok = int64(u), true
		}
		if !ok || v > limit {
			b.fail(e.Pos, b.src.Name, "`%s`: want numbers from 0 to %d", e, limit)
		}
		n |= v
	}
	return n
}

func (b *callBuilder) getsockopt() {
	o := b.sockopt(sut.OpGetSockOpt)
	buffer := o == sut.SoRcvBuf || o == sut.SoSndBuf // how large they are is what windows come from
	if e := &b.src.Args[3]; e.Kind != ExprEllipsis && !(buffer && b.foreign.Neutral) {
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
	case sut.IPAddMembership, sut.IPDropMembership, sut.IPv6JoinGroup, sut.IPv6LeaveGroup:
		return b.membership(o, e)
	}
	if e.Kind != ExprArray || len(e.List) != 1 {
		b.fail(e.Pos, b.src.Name, "want [VALUE], got `%s`", e)
	}
	v := &e.List[0]
	if o != sut.SoError {
		return int32s(b.constant(v, 1<<31-1))
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

// membership is a group and an interface: `{imr_multiaddr=inet_addr("232.1.2.3"), imr_interface=inet_addr("zero")}`, and
// `{ipv6mr_multiaddr=inet_addr("ff0e::1"), ipv6mr_interface=0}`.
func (b *callBuilder) membership(o sut.Option, e *Expr) []byte {
	is6 := o == sut.IPv6JoinGroup || o == sut.IPv6LeaveGroup
	group, at := "imr_multiaddr", "imr_interface"
	if is6 {
		group, at = "ipv6mr_multiaddr", "ipv6mr_interface"
	}
	m := b.members(e, group, at)
	if m[group] == nil || m[at] == nil {
		b.fail(e.Pos, b.src.Name, "want {%s=..., %s=...}, got `%s`", group, at, e)
	}
	bytes := b.inetAddr(m[group]).AsSlice()
	if is6 {
		return append(bytes, int32s(b.member(e, m[at], 1<<31-1))...)
	}
	return append(bytes, b.inetAddr(m[at]).AsSlice()...)
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
