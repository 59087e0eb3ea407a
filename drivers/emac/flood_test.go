package emac_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// flood is hardware that closes each receive descriptor at once with a frame that is not whole.
type flood struct {
	*model.Host
	on      bool
	ring    uint32
	demands int
}

func (f *flood) Write(offset, value uint32) {
	f.Host.Write(offset, value)
	if !f.on || offset != emac.RxPoll {
		return
	}
	f.demands++
	if f.demands > 100 {
		panic("emac: the driver receives without end")
	}
	for i := range uint32(4) {
		f.RAM.Store(f.ring+i*emac.DescriptorSize, make([]byte, 4))
	}
}

// TestReceiveEnds: a call passes by no more broken frames than the ring has, however fast others come.
func TestReceiveEnds(t *testing.T) {
	h := &flood{Host: model.NewHost(model.Config{}, emac.Size(4, 4))}
	d := new(emac.Driver)
	config := emac.Config{Address: own, Memory: h.RAM.CPU(), Receive: 4, Transmit: 4, Loopback: true, BusHz: 180_000_000}
	require.Equal(t, emac.Fine, d.Init(h, &config, h.Now()))
	for d.State() != emac.Up {
		d.Poll(h.Now())
		h.At(h.Now() + time.Millisecond)
	}
	h.on, h.ring = true, h.Address(config.Memory)
	for i := range uint32(4) {
		h.RAM.Store(h.ring+i*emac.DescriptorSize, make([]byte, 4))
	}
	require.Nil(t, d.Receive())
	require.Equal(t, 4, h.demands)
}
