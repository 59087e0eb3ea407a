package main

import (
	"fmt"
	"os"
	"time"

	"stackproof/conformance/report"
	"stackproof/stack/netgo"
)

// tee is a device that writes what passes to a capture file. Its methods belong to the one owner that polls the stack.
type tee struct {
	netgo.Device
	file     *os.File
	capture  *report.Capture
	received []byte
	reserved []byte
}

// The interfaces of the capture.
const (
	teeIn = iota
	teeOut
)

func newTee(d netgo.Device, path string) (*tee, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("serve: cannot write the capture: %w", err)
	}
	return &tee{Device: d, file: f, capture: report.NewCapture(f, "stackproof serve", "received", "sent")}, nil
}

func (t *tee) Receive() []byte {
	t.received = t.Device.Receive()
	return t.received
}

func (t *tee) Release() {
	t.write(teeIn, t.received)
	t.Device.Release()
}

func (t *tee) Reserve(n int) []byte {
	t.reserved = t.Device.Reserve(n)
	return t.reserved
}

func (t *tee) Send(n int) {
	t.write(teeOut, t.reserved[:n])
	t.Device.Send(n)
}

func (t *tee) write(iface int, frame []byte) {
	t.capture.Frame(iface, time.Duration(time.Now().UnixNano()), frame, "")
}

func (t *tee) close() error {
	err := t.capture.Err()
	if e := t.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("serve: the capture is not whole: %w", err)
	}
	return nil
}
