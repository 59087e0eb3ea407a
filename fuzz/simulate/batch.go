package simulate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Batch plays many seeds.
type Batch struct {
	Setting
	From   uint64
	Count  int
	Jobs   int  // at the same time
	Repeat bool // each seed twice; else one in twenty
}

// repeats is how many seeds there are to one that is played twice.
const repeats = 20

// Summary is what a batch came to.
type Summary struct {
	Seeds, Pass, Fail int
	Repeated          int
	Frames, Bytes     uint64
	Virtual, Wall     time.Duration
	hits              [goals]int // seeds in which it happened
}

// Run plays the seeds and tells of each, in order. It ends early when ctx is done.
func (b *Batch) Run(ctx context.Context, tell func(*Result)) Summary {
	var s Summary
	begin := time.Now()
	todo, done := make(chan int), make(chan indexed)
	var workers sync.WaitGroup
	for range max(1, b.Jobs) {
		workers.Go(func() {
			for i := range todo {
				done <- indexed{i, b.one(b.From + uint64(i))}
			}
		})
	}
	go func() {
		defer func() { close(todo); workers.Wait(); close(done) }()
		for i := 0; i < b.Count && ctx.Err() == nil; i++ {
			select {
			case todo <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	waiting, next := map[int]*Result{}, 0
	for d := range done {
		waiting[d.i] = &d.r
		for r := waiting[next]; r != nil; r = waiting[next] {
			delete(waiting, next)
			next++
			s.add(r, b)
			tell(r)
		}
	}
	s.Wall = time.Since(begin)
	return s
}

type indexed struct {
	i int
	r Result
}

func (b *Batch) one(seed uint64) Result {
	r := b.Play(seed)
	if b.repeated(seed) && r.Err == nil {
		r.Err = b.Again(&r)
	}
	return r
}

func (b *Batch) repeated(seed uint64) bool { return b.Repeat || seed%repeats == 0 }

func (s *Summary) add(r *Result, b *Batch) {
	s.Seeds++
	if r.Err != nil {
		s.Fail++
	} else {
		s.Pass++
	}
	if b.repeated(r.Seed) {
		s.Repeated++
	}
	s.Frames += r.Frames
	s.Bytes += r.Bytes
	s.Virtual += r.Time
	for i, n := range r.goals {
		if n > 0 {
			s.hits[i]++
		}
	}
}

// Goals is how many goals were hit, of all.
func (s *Summary) Goals() (hit, all int) {
	for _, n := range s.hits {
		if n > 0 {
			hit++
		}
	}
	return hit, int(goals)
}

// Unmet lists the goals that were not hit.
func (s *Summary) Unmet() (names []string) {
	for i, n := range s.hits {
		if n == 0 {
			names = append(names, goalNames[i])
		}
	}
	return names
}

// Table tells in how many seeds each goal was hit.
func (s *Summary) Table() string {
	var t strings.Builder
	for i, n := range s.hits {
		fmt.Fprintf(&t, "  %6d  %s\n", n, goalNames[i])
	}
	return t.String()
}

// Enough is how many seeds hit every goal, or there is something wrong.
const Enough = 1000

// Err says why the batch is none to be content with.
func (s *Summary) Err() error {
	if s.Fail > 0 {
		return fmt.Errorf("simulate: %d of %d seeds have failed", s.Fail, s.Seeds)
	}
	if names := s.Unmet(); s.Seeds >= Enough && names != nil {
		return errors.New("simulate: in so many seeds this has never happened: " + strings.Join(names, "; "))
	}
	return nil
}
