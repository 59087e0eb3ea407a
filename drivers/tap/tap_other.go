//go:build !linux

package tap

import "fmt"

// Open fails: there is no TAP device on this system.
func Open(name string) (*Device, error) {
	return nil, fmt.Errorf("tap: cannot open interface %s: TAP devices are Linux's", name)
}
