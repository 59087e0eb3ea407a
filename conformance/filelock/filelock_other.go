//go:build !unix

package filelock

// Lock does nothing: the Debian packages that the builds need are not to be had here.
func Lock(string) (unlock func(), err error) { return func() {}, nil }

// Try does nothing, as Lock.
func Try(string) (unlock func(), err error) { return func() {}, nil }
