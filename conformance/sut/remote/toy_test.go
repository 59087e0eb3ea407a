package remote

import (
	"slices"
	"time"

	"stackproof/conformance/sut"
)

// toy is a small honest stack: it sends each frame back at once and again a second later; a read waits for a frame, a
// write of more than ten bytes for the next deadline.
type toy struct {
	now   sut.Time
	queue []echo
	calls []waiting
	down  bool
	drops int64
}

type echo struct {
	at    sut.Time
	frame []byte
}

type waiting struct {
	id   sut.CallID
	call sut.Call
}

func (t *toy) Capabilities(c *sut.Caps) sut.Status {
	*c = sut.Caps{Version: sut.Version, Tick: time.Millisecond}
	c.NameLen = uint8(copy(c.Name[:], "toy"))
	c.Features = c.Features.With(sut.FeatureLink).With(sut.FeatureCounter)
	return sut.OK
}

func (t *toy) Reset(*sut.Config) sut.Status {
	*t = toy{}
	return sut.OK
}

func (t *toy) Deliver(frame []byte, out sut.Sink) sut.Status {
	if t.down {
		t.drops++
		return sut.OK
	}
	out.Frame(t.now, frame)
	t.queue = append(t.queue, echo{t.now + time.Second, slices.Clone(frame)})
	t.complete(out, func(c *sut.Call) bool { return c.Op == sut.OpRead }, frame)
	return sut.OK
}

// complete ends the first waiting call that is one of those.
func (t *toy) complete(out sut.Sink, those func(*sut.Call) bool, data []byte) {
	i := slices.IndexFunc(t.calls, func(w waiting) bool { return those(&w.call) })
	if i < 0 {
		return
	}
	w := t.calls[i]
	t.calls = slices.Delete(t.calls, i, i+1)
	r := sut.Result{Ret: int32(len(w.call.Data))}
	if w.call.Op == sut.OpRead {
		r.Data = data[:min(len(data), int(w.call.Value))]
		r.Ret = int32(len(r.Data))
	}
	out.Done(t.now, w.id, &r)
}

func (t *toy) Advance(to sut.Time, out sut.Sink) sut.Status {
	if to < t.now {
		return sut.Malformed
	}
	for len(t.queue) > 0 && t.queue[0].at <= to {
		e := t.queue[0]
		t.queue = t.queue[1:]
		t.now = e.at
		out.Frame(t.now, e.frame)
		t.complete(out, func(c *sut.Call) bool { return c.Op == sut.OpWrite }, nil)
	}
	t.now = to
	return sut.OK
}

func (t *toy) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	*r = sut.Result{}
	switch {
	case c.Op == sut.OpSocket:
		r.Ret = int32(c.NewFD)
	case c.Op == sut.OpWrite && len(c.Data) <= 10:
		r.Ret = int32(len(c.Data))
		out.Frame(t.now, c.Data)
	case c.Op == sut.OpWrite, c.Op == sut.OpRead:
		r.Pending, r.ID = true, sut.CallID(c.Task)
		for slices.ContainsFunc(t.calls, func(w waiting) bool { return w.id == r.ID }) {
			r.ID++
		}
		t.calls = append(t.calls, waiting{r.ID, *c})
	case c.Op == sut.OpGetSockName:
		r.Addr = sut.Addr{Family: sut.DomainIPv4, IP: [16]byte{10, 0, 0, 1}, Port: 7}
	case c.Op == sut.OpConnect:
		r.Ret, r.Err = -1, sut.EHOSTUNREACH
	default:
		return sut.Unsupported
	}
	return sut.OK
}

func (t *toy) Cancel(id sut.CallID, _ sut.Sink) sut.Status {
	i := slices.IndexFunc(t.calls, func(w waiting) bool { return w.id == id })
	if i < 0 {
		return sut.Malformed
	}
	t.calls = slices.Delete(t.calls, i, i+1)
	return sut.OK
}

func (t *toy) Link(up bool, _ sut.Sink) sut.Status {
	t.down = !up
	return sut.OK
}

func (t *toy) Knob(sut.Knob, int64, sut.Sink) sut.Status { return sut.Unsupported }

func (t *toy) Inspect(f sut.Figure, _ sut.FD, value *int64) sut.Status {
	if f != sut.FigDrops {
		return sut.Unsupported
	}
	*value = t.drops
	return sut.OK
}

func (t *toy) Next() (sut.Time, bool) {
	if len(t.queue) == 0 {
		return 0, false
	}
	return t.queue[0].at, true
}
