package console

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/device"
)

// TestSelfTests: results come over the line as the board has them; a board without tests, or one that breaks down, says so.
func TestSelfTests(t *testing.T) {
	s := load(t)
	boot := func(test func(int, *device.Line) bool) func() (io.ReadWriteCloser, error) {
		return func() (io.ReadWriteCloser, error) {
			host, dev := net.Pipe()
			go func() {
				defer dev.Close()
				agent := &device.Agent{SelfTest: test}
				agent.Init(store(s.Blob()), memory(), dev)
				agent.Hello()
				buf := make([]byte, 4096)
				for n, err := dev.Read(buf); err == nil; n, err = dev.Read(buf) {
					agent.Feed(buf[:n])
				}
			}()
			return host, nil
		}
	}
	b := New(boot(func(i int, l *device.Line) bool {
		l.Int("of", 2).Str("name", []string{"one", "two"}[i]).Str("flaw", []string{"", "lost"}[i]).Int("want", 7).Int("got", int64(i))
		return true
	}), s, 0)
	defer b.Close()
	got, err := b.SelfTests()
	require.NoError(t, err)
	require.Equal(t, []SelfTest{{"one", "", 7, 0}, {"two", "lost", 7, 1}}, got)

	none := New(boot(nil), s, 0)
	defer none.Close()
	_, err = none.SelfTests()
	require.EqualError(t, err, "console: self-test 0: the board says: no-such-test")
}
