package model_test

import (
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

type mac = [6]byte

var (
	own       = mac{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}
	other     = mac{0x02, 0x11, 0x22, 0x33, 0x44, 0x66}
	group     = mac{0x01, 0x00, 0x5e, 0, 0, 1}
	group2    = mac{0x33, 0x33, 0, 0, 0, 1}
	everybody = mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	sender    = mac{0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}
)

// address sets slot n, with bits of its high word.
func (r *rig) address(n int, a mac, bits uint32) {
	r.Write(emac.Addr0High+8*uint32(n), bits|uint32(a[4])|uint32(a[5])<<8)
	r.Write(emac.Addr0Low+8*uint32(n), uint32(a[0])|uint32(a[1])<<8|uint32(a[2])<<16|uint32(a[3])<<24)
}

// hash sets a bin of the table.
func (r *rig) hash(a mac) {
	bin := model.HashBin(a[:])
	if bin >= 32 {
		r.Write(emac.HashTableHigh, 1<<(bin-32))
	} else {
		r.Write(emac.HashTableLow, 1<<bin)
	}
}

func to(destination mac) []byte {
	b := frame(60)
	copy(b, destination[:])
	copy(b[6:], sender[:])
	return b
}

func control(destination mac, opcode byte) []byte {
	b := to(destination)
	b[12], b[13], b[14], b[15] = 0x88, 0x08, 0, opcode
	return b
}

func TestFilter(t *testing.T) {
	const (
		gone = iota
		passes
		failsDestination
		failsSource
	)
	for _, c := range []struct {
		name   string
		filter uint32
		frame  []byte
		want   int
	}{
		{"own", 0, to(own), passes},
		{"other", 0, to(other), gone},
		{"promiscuous", emac.FilterPR, to(other), passes},
		{"broadcast", 0, to(everybody), passes},
		{"broadcast off", emac.FilterDBF, to(everybody), gone},
		{"group without a slot", 0, to(group2), gone},
		{"group in a slot", 0, to(group), passes},
		{"all groups", emac.FilterPM, to(group2), passes},
		{"all groups are not broadcast", emac.FilterPM | emac.FilterDBF, to(everybody), gone},
		{"group by hash", emac.FilterHMC, to(mac{0x33, 0x33, 0, 0, 0, 2}), passes},
		{"group not by hash", emac.FilterHMC, to(group), gone},
		{"group by hash or slot", emac.FilterHMC | emac.FilterHPF, to(group), passes},
		{"unicast by hash", emac.FilterHUC, to(mac{0x02, 0, 0, 0, 0, 0x77}), gone},
		{"unicast not by hash", emac.FilterHUC, to(own), gone},
		{"unicast by hash or slot", emac.FilterHUC | emac.FilterHPF, to(own), passes},
		{"inverse", emac.FilterDAIF, to(own), gone},
		{"inverse other", emac.FilterDAIF, to(other), passes},
		{"receive all", emac.FilterRA, to(other), failsDestination},
		{"receive all, own", emac.FilterRA, to(own), passes},
		{"masked byte", 0, to(mac{0x02, 0x99, 0x22, 0x33, 0x44, 0x57}), passes},
		{"source", emac.FilterSAF, to(own), passes},
		{"inverse source", emac.FilterSAF | emac.FilterSAIF, to(own), gone},
		{"inverse source, all", emac.FilterSAF | emac.FilterSAIF | emac.FilterRA, to(own), failsSource},
		{"control", 0, control(own, 9), gone},
		{"control but PAUSE", 1 << emac.FilterPCFAt, control(other, 9), failsDestination},
		{"PAUSE is not", 1 << emac.FilterPCFAt, control(own, 1), gone},
		{"all control", 2 << emac.FilterPCFAt, control(other, 1), failsDestination},
		{"control that passes", 3 << emac.FilterPCFAt, control(other, 9), gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{})
			r.reset()
			r.linkUp()
			r.address(0, own, 0)
			r.address(1, group, emac.AddrAE)
			r.address(2, mac{0x02, 0, 0x22, 0x33, 0x44, 0x57}, emac.AddrAE|1<<(emac.AddrMBCAt+1))
			r.address(3, sender, emac.AddrAE|emac.AddrSA)
			r.hash(mac{0x33, 0x33, 0, 0, 0, 2})
			r.configure(config, c.filter, 0)
			r.EMAC.Receive(r.Now(), c.frame)
			r.wait(20 * us)
			s := r.rxStatus(0)
			if c.want == gone {
				require.EqualValues(t, uint32(emac.DescOwn), s)
				require.EqualValues(t, 1, r.EMAC.Stats().Filtered)
				return
			}
			require.Zero(t, s&emac.DescOwn)
			require.Equal(t, c.want == failsDestination, s&emac.RxAFM != 0)
			require.Equal(t, c.want == failsSource, s&emac.RxSAF != 0)
		})
	}
}

// TestHashBin computes the bin the other way: bit by bit.
func TestHashBin(t *testing.T) {
	for _, a := range []mac{own, group, group2, everybody} {
		sum := crc32.ChecksumIEEE(a[:])
		bin := uint32(0)
		for i := range 6 {
			bin = bin<<1 | sum>>i&1
		}
		require.Equal(t, bin, model.HashBin(a[:]))
	}
}

// TestAddressIsLatchedByItsLowWord: what is compared changes with the second write only.
func TestAddressIsLatchedByItsLowWord(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.address(0, own, 0)
	r.configure(config, 0, 0)
	r.Write(emac.Addr0High, uint32(other[4])|uint32(other[5])<<8)
	r.EMAC.Receive(r.Now(), to(own))
	r.wait(20 * us)
	require.Zero(t, r.rxStatus(0)&emac.DescOwn)
	r.Write(emac.Addr0Low, r.Read(emac.Addr0Low))
	r.EMAC.Receive(r.Now(), to(own))
	r.EMAC.Receive(r.Now(), to(other))
	r.wait(20 * us)
	require.Equal(t, model.Seal(to(other)), r.received(1))
}
