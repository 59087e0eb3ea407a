//go:build !linux

package main

// onSignal does nothing: `serve` needs a TAP device, which only Linux has.
func onSignal(func()) (stop func()) { return func() {} }

// keyByKey does nothing either.
func keyByKey(int) (restore func(), ok bool) { return nil, false }
