package script

import (
	"encoding/binary"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// poll compiles a poll. One of several descriptors that returns at once is a poll of each without waiting: it returns because
// of those that have events. One that waits is a wait for the first that will have events, after a look at each: none has.
func (b *callBuilder) poll() {
	list, limit := &b.src.Args[0], &b.src.Args[2]
	if list.Kind != ExprArray || len(list.List) == 0 || b.int(1, maxFD) != int64(len(list.List)) {
		b.fail(list.Pos, "poll", "want structures and how many: [{fd=4, events=POLLIN, revents=POLLIN}], 1")
	}
	if limit.Kind != ExprInt || limit.N < -1 || limit.N > 1<<31-1 {
		b.fail(limit.Pos, "poll", "argument 3: want milliseconds or -1")
	}
	b.ev.Call.Value = int32(limit.N)
	if len(list.List) == 1 {
		b.polled(b.ev, &list.List[0])
		return
	}
	if b.src.Blocks {
		b.waits(list)
		return
	}
	b.ev.Call.Value = 0
	first, ready := *b.ev, int32(0)
	for i := range list.List {
		ev := first
		b.polled(&ev, &list.List[i])
		if ev.Want.Ret = 0; len(ev.Want.Data) > 0 && binary.LittleEndian.Uint16(ev.Want.Data) != 0 {
			ev.Want.Ret = 1
		}
		if ready += ev.Want.Ret; i == 0 {
			*b.ev = ev
		} else {
			b.more = append(b.more, ev)
		}
		if !ev.Want.HasData {
			b.fail(list.List[i].Pos, "poll", "revents: missing")
		}
	}
	if ready != first.Want.Ret {
		b.fail(b.src.Result.Pos, "poll", "%d descriptors have events, and the result is %d", ready, first.Want.Ret)
	}
}

// waits compiles a poll of several descriptors that waits.
func (b *callBuilder) waits(list *Expr) {
	wait := *b.ev
	waited := 0
	for i := range list.List {
		ev := *b.ev
		b.polled(&ev, &list.List[i])
		if len(ev.Want.Data) > 0 && binary.LittleEndian.Uint16(ev.Want.Data) != 0 {
			waited = i
		}
	}
	b.polled(&wait, &list.List[waited])
	for i := range list.List {
		look := vm.Event{Kind: vm.Call, Mode: vm.Relative, Call: sut.Call{Task: wait.Call.Task}}
		if i == 0 {
			look.Mode, look.At = b.ev.Mode, b.ev.At
		}
		b.polled(&look, &list.List[i])
		look.Want = vm.Want{HasData: true, Data: []byte{0, 0}}
		if i == 0 {
			*b.ev = look
		} else {
			b.more = append(b.more, look)
		}
	}
	wait.Mode, wait.At, wait.Want.Ret = vm.Relative, 0, min(wait.Want.Ret, 1)
	b.more = append(b.more, wait)
}

// polled fills a poll of one descriptor.
func (b *callBuilder) polled(ev *vm.Event, e *Expr) {
	ev.Call.Op = sut.OpPoll
	members := b.members(e, "fd", "events", "revents")
	fd := members["fd"]
	if fd == nil || fd.Kind != ExprInt || fd.N < 0 || fd.N > maxFD {
		b.fail(e.Pos, "poll", "fd: want a descriptor")
	}
	ev.Call.FD = sut.FD(fd.N)
	ev.Call.Flags = b.pollEvents(members["events"])
	if members["revents"] != nil {
		ev.Want.HasData = true
		ev.Want.Data = binary.LittleEndian.AppendUint16(nil, b.pollEvents(members["revents"]))
	}
}

var pollBits = map[string]uint16{
	"POLLIN": sut.PollIn, "POLLOUT": sut.PollOut, "POLLERR": sut.PollErr, "POLLHUP": sut.PollHup, "POLLNVAL": sut.PollNil, "0": 0,
	"POLLRDNORM": sut.PollIn, "POLLWRNORM": sut.PollOut, "POLLPRI": sut.PollPri, "POLLRDBAND": sut.PollPri,
}

func (b *callBuilder) pollEvents(e *Expr) (events uint16) {
	if e == nil {
		b.fail(b.src.Pos, "poll", "events: missing")
	}
	for _, w := range flagWords(e) {
		bit, ok := pollBits[w]
		switch {
		case ok:
		case w == "POLLRDHUP", w == "POLLMSG", w == "POLLWRBAND", w == "POLLREMOVE":
			b.lack(e.Pos, "poll", "the event %s", w)
		default:
			b.fail(e.Pos, "poll", "there is no event `%s`", w)
		}
		events |= bit
		if bit == sut.PollPri {
			b.need(sut.FeatureUrgent)
		}
	}
	return events
}
