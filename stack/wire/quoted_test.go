package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuotedTransport(t *testing.T) {
	q, err := ParseQuotedTransport(sampleTCP[:8])
	require.Equal(t, OK, err)
	require.Equal(t, QuotedTransport{SrcPort: 49152, DstPort: 80, Seq: 0x01020304}, q)
	q, err = ParseQuotedTransport(sampleUDP)
	require.Equal(t, OK, err)
	require.Equal(t, uint16(68), q.SrcPort)
	require.Equal(t, uint16(67), q.DstPort)
	refusesTruncation(t, sampleTCP[:8], func(b []byte) Err { _, err := ParseQuotedTransport(b); return err })
}
