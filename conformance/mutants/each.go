package mutants

import (
	"runtime"
	"sync"
)

// Each calls do with 0 to n-1, at the same time for as many as there are processors, and begins no more when one has failed.
// It returns the first failure.
func Each(n int, do func(i int) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		wrong error
	)
	take := func() (i int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && wrong == nil
	}
	for range min(runtime.NumCPU(), n) {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				if err := do(i); err != nil {
					mu.Lock()
					if wrong == nil {
						wrong = err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return wrong
}
