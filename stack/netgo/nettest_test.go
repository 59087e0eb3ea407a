package netgo

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"
)

// TestConn is the suite that every net.Conn should pass.
func TestConn(t *testing.T) {
	for _, host := range []string{addrB4, addrB6} {
		t.Run(host, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				a, b := pair(t)
				c1, c2 = connect(t, a, b, host)
				return c1, c2, func() { c1.Close(); c2.Close() }, nil
			})
		})
	}
}
