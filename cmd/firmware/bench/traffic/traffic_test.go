package traffic

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequest(t *testing.T) {
	r := Request{Receive: 0x01020304, Send: 0xfffefdfc}
	var b [RequestSize]byte
	r.Put(&b)
	require.Equal(t, [RequestSize]byte{1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc}, b)
	require.Equal(t, r, Parse(&b))
}

// TestFill: the bytes come again after Period and not before.
func TestFill(t *testing.T) {
	p := make([]byte, 2*Period)
	Fill(p)
	require.Equal(t, p[:Period], p[Period:])
	for shift := 1; shift < Period; shift++ {
		same := 0
		for i := range 64 {
			if p[i] == p[i+shift] {
				same++
			}
		}
		require.Less(t, same, 16, "shifted by %d bytes", shift)
	}
}
