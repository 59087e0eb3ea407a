package remote

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut/message"
)

func TestParse(t *testing.T) {
	for address, want := range map[string]Transport{
		"exec:./shim -v":             &Command{Argv: []string{"./shim", "-v"}},
		"uart:qemu -serial stdio":    &Command{Argv: []string{"qemu", "-serial", "stdio"}, Line: true},
		"serial:/dev/ttyUSB0@115200": &Serial{Device: "/dev/ttyUSB0", Baud: 115200},
		"serial:COM3@9600":           &Serial{Device: "COM3", Baud: 9600},
	} {
		got, err := Parse(address)
		require.NoError(t, err, address)
		assert.Equal(t, want, got)
		assert.Equal(t, address, got.String())
		assert.Equal(t, address[:4] != "exec", got.Framing() == message.Line)
	}
	for _, address := range []string{"", "exec:", "exec:  ", "uart:", "serial:", "serial:@1", "serial:/dev/x", "serial:/dev/x@",
		"serial:/dev/x@fast", "serial:/dev/x@0", "lwip", "http://x"} {
		_, err := Parse(address)
		assert.ErrorContains(t, err, "remote: ", address)
	}
}
