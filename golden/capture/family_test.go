package capture

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a frame is not looked into for is counted by name: a hostile capture must not have a name for each of its frames.
func TestAddressFamiliesHaveFewNames(t *testing.T) {
	names := map[string]bool{}
	for _, link := range []Link{Null, Loop} {
		for i := range uint32(100_000) {
			f := Frame{Link: link, Data: binary.BigEndian.AppendUint32(nil, i*42949)}
			_, _, why, _ := f.Packet()
			names[why] = true
		}
	}
	require.LessOrEqual(t, len(names), 256)
}
