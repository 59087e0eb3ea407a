package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"stackproof/conformance/mutants/judge"
)

// patience is the real time that a worker has for one fault. It judges one in milliseconds, and counts the steps of what
// never ends: this is for what does not even count.
const patience = 60 * time.Second

// child is a worker's process.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	enc   *json.Encoder
	lines chan judge.Answer // closed when the process has ended
	hello judge.Hello
}

// start starts a worker and hears what it has to say first.
func start(ctx context.Context, worker string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, worker), lines: make(chan judge.Answer)}
	c.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	c.in, c.enc = in, json.NewEncoder(in)
	dec := json.NewDecoder(out)
	if err := dec.Decode(&c.hello); err != nil || c.hello.Error != "" {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("mutants: the judge cannot begin: %w", errors.Join(err, told(c.hello.Error)))
	}
	go func() {
		defer close(c.lines)
		for {
			var a judge.Answer
			if dec.Decode(&a) != nil {
				return
			}
			c.lines <- a
		}
	}()
	return c, nil
}

// told is an error that another process told of.
func told(s string) error {
	if s == "" {
		return nil
	}
	return errors.New(s)
}

// end ends the process.
func (c *child) end() {
	_ = c.in.Close()
	_ = c.cmd.Process.Kill()
	for range c.lines {
	}
	_ = c.cmd.Wait()
}

// ask has a fault judged. ok is false if the process broke down or hung over it; at is then the program that was running,
// if the request wants to be told.
func (c *child) ask(r *judge.Request) (a judge.Answer, at int, ok bool) {
	if c.enc.Encode(r) != nil {
		return a, 0, false
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case a, open := <-c.lines:
			if !open {
				return a, at, false
			}
			if !a.Running {
				return a, at, true
			}
			at = a.At
		case <-timer.C:
			return a, at, false
		}
	}
}

// judge has all faults judged by as many workers as there are processors. done is told of each, in their order.
func (p *program) judge(ctx context.Context, worker string, faults []*Fault, all bool, done func(*Verdict)) (hello judge.Hello, err error) {
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		next     int
		told     int
		verdicts = make([]*Verdict, len(faults))
	)
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if next == len(faults) || err != nil || ctx.Err() != nil {
			return -1
		}
		next++
		return next - 1
	}
	give := func(i int, v *Verdict, h *judge.Hello, e error) {
		mu.Lock()
		defer mu.Unlock()
		if e != nil {
			err = errors.Join(err, e)
			return
		}
		hello = *h
		for verdicts[i] = v; told < len(verdicts) && verdicts[told] != nil; told++ {
			done(verdicts[told])
		}
	}
	for range min(runtime.NumCPU(), len(faults)) {
		wg.Go(func() {
			w := &bench{worker: worker}
			defer w.close()
			for i := take(); i >= 0; i = take() {
				v, h, e := w.verdict(ctx, faults[i], all)
				give(i, v, h, e)
			}
		})
	}
	wg.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return hello, err
}

// bench is where one worker works, and a new one if it breaks down.
type bench struct {
	worker string
	child  *child
}

func (b *bench) close() {
	if b.child != nil {
		b.child.end()
		b.child = nil
	}
}

// verdict judges a fault. Over one that breaks the worker down it asks once more, to learn by which case.
func (b *bench) verdict(ctx context.Context, f *Fault, all bool) (*Verdict, *judge.Hello, error) {
	for _, tell := range []bool{false, true} {
		if b.child == nil {
			c, err := start(ctx, b.worker)
			if err != nil {
				return nil, nil, err
			}
			b.child = c
		}
		hello := &b.child.hello
		a, at, ok := b.child.ask(&judge.Request{Fault: f.number, Point: f.point, All: all, Tell: tell})
		if ok {
			return newVerdict(f, &a, hello), hello, nil
		}
		b.close()
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if tell {
			return newVerdict(f, &judge.Answer{Reached: 1, Killed: []int{at}, Why: "the process broke down"}, hello), hello, nil
		}
	}
	panic("unreachable")
}
