//go:build linux

package record

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"stackproof/conformance/sut"
	"stackproof/drivers/segment"
)

// bridge lets a stack under test live in real time on a device: its virtual time is the time since it was reset, and it
// is moved as time passes. One goroutine owns the stack.
type bridge struct {
	ctx     context.Context
	stack   sut.SUT
	device  segment.Device
	start   time.Time
	orders  chan order
	waiting map[sut.CallID]chan sut.Result
	failed  chan error // why the stack does not go on
}

// order is a socket call for the owner to make.
type order struct {
	call   *sut.Call
	answer chan sut.Result
}

// newBridge resets the stack and begins to move it, until ctx ends.
func newBridge(ctx context.Context, stack sut.SUT, device segment.Device, cfg *sut.Config) (*bridge, error) {
	b := &bridge{
		ctx: ctx, stack: stack, device: device, orders: make(chan order),
		waiting: map[sut.CallID]chan sut.Result{}, failed: make(chan error, 1),
	}
	if s := stack.Reset(cfg); s != sut.OK {
		return nil, fmt.Errorf("the stack does not begin: %v", s)
	}
	b.start = time.Now()
	go b.run()
	return b, nil
}

// Frame implements sut.Sink.
func (b *bridge) Frame(_ sut.Time, frame []byte) {
	if room := b.device.Reserve(len(frame)); room != nil {
		b.device.Send(copy(room, frame))
	}
}

// Done implements sut.Sink.
func (b *bridge) Done(_ sut.Time, id sut.CallID, r *sut.Result) {
	b.waiting[id] <- owned(r)
	delete(b.waiting, id)
}

// owned is a result that stays as it is.
func owned(r *sut.Result) sut.Result {
	c := *r
	c.Data = bytes.Clone(r.Data)
	return c
}

func (b *bridge) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := b.step(); err != nil {
			b.failed <- err
			return
		}
		if at, ok := b.stack.Next(); ok {
			timer.Reset(max(at-time.Since(b.start), 0))
		}
		select {
		case <-b.ctx.Done():
			return
		case <-timer.C:
		case _, open := <-b.device.Ready():
			if !open {
				return
			}
		case o := <-b.orders:
			if err := b.obey(o); err != nil {
				b.failed <- err
				return
			}
		}
	}
}

// step moves the stack to the present and gives it what has come in.
func (b *bridge) step() error {
	if s := b.stack.Advance(time.Since(b.start), b); s != sut.OK {
		return fmt.Errorf("the stack does not move on: %v", s)
	}
	for f := b.device.Receive(); f != nil; f = b.device.Receive() {
		s := b.stack.Deliver(f, b)
		b.device.Release()
		if s != sut.OK {
			return fmt.Errorf("the stack does not take a frame: %v", s)
		}
	}
	return nil
}

func (b *bridge) obey(o order) error {
	var r sut.Result
	if s := b.stack.Call(o.call, &r, b); s != sut.OK {
		return fmt.Errorf("%v of the stack: %v", o.call.Op, s)
	}
	if r.Pending {
		b.waiting[r.ID] = o.answer
	} else {
		o.answer <- owned(&r)
	}
	return nil
}

// call makes a socket call and waits until it is done.
func (b *bridge) call(c sut.Call) (r sut.Result, err error) {
	answer := make(chan sut.Result, 1)
	select {
	case b.orders <- order{&c, answer}:
	case err := <-b.failed:
		return r, err
	case <-b.ctx.Done():
		return r, b.ctx.Err()
	}
	select {
	case r = <-answer:
	case err := <-b.failed:
		return r, err
	case <-b.ctx.Done():
		return r, b.ctx.Err()
	}
	if r.Ret < 0 {
		return r, fmt.Errorf("%v of the stack: %v", c.Op, r.Err)
	}
	return r, nil
}
