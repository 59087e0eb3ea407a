package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// output is standard output that remembers its first error, after which it swallows what else is written: what has no
// reader any more must not cost the results that go elsewhere.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return len(p), nil
	}
	n, err := o.Writer.Write(p)
	o.err = err
	return n, err
}

// failed is the error to be told: none where the reader has just read enough (| head).
func (o *output) failed() error {
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("stackproof: cannot write the output: %w", unwrapPath(o.err))
}

// unwrapPath drops the path that os errors repeat.
func unwrapPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// outlive lets the program outlive the reader of its output, for the sake of what it writes elsewhere. Without it the
// system ends a program that writes to nobody, as is right for one that does nothing else.
func outlive() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
