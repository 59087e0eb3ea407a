package cpu

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoadOrStore: words as an assembler makes them.
func TestLoadOrStore(t *testing.T) {
	for _, c := range []struct {
		text string
		word uint32
		want access
		ok   bool
	}{
		{"lw a5,16(t1)", 0x0103_2783, access{6, 16, false}, true},
		{"lbu a0,-1(sp)", 0xfff1_4503, access{2, -1, false}, true},
		{"sw zero,0(t0)", 0x0002_a023, access{5, 0, true}, true},
		{"sb a1,-20(s0)", 0xfeb4_0623, access{8, -20, true}, true},
		{"amoadd.w a0,a1,(a2)", 0x00b6_252f, access{12, 0, true}, true},
		{"lr.w a0,(a2)", 0x1006_252f, access{12, 0, false}, true},
		{"c.lw a4,4(s0)", 0x4058, access{8, 4, false}, true},
		{"c.sw a4,64(s0)", 0xc038, access{8, 64, true}, true},
		{"c.lwsp ra,12(sp)", 0x40b2, access{2, 12, false}, true},
		{"c.swsp ra,12(sp)", 0xc606, access{2, 12, true}, true},
		{"c.nop", 0x0001, access{}, false},
		{"addi t0,t0,4", 0x0042_8293, access{register: 5}, false},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, ok := loadOrStore(binary.LittleEndian.AppendUint32(nil, c.word))
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
		})
	}
}

func TestCSRWrite(t *testing.T) {
	csr, register, ok := csrWrite(0x3a02_9073) // csrw pmpcfg0,t0
	require.True(t, ok)
	require.Equal(t, uint32(0x3a0), csr)
	require.Equal(t, 5, register)
	_, _, ok = csrWrite(0x3420_2573) // csrr a0,mcause
	require.False(t, ok)
}
