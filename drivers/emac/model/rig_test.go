package model_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

const (
	ring    = 4    // descriptors each way
	room    = 2048 // bytes of a buffer
	us      = time.Microsecond
	ms      = time.Millisecond
	config  = emac.ConfigPS | emac.ConfigFES | emac.ConfigDM
	on      = emac.ConfigTE | emac.ConfigRE
	running = emac.OpModeST | emac.OpModeSR
)

// rig is a test's hands on the registers. It speaks to the hardware as a driver does, and a step that the hardware's
// manual forbids fails the test, unless the test expects it.
type rig struct {
	*model.Host
	t        *testing.T
	tx, rx   []emac.Descriptor
	txAt     uint32 // address of the transmit ring
	rxAt     uint32
	buffers  []byte // transmit buffers, then receive buffers
	bufferAt uint32
	sent     []model.Frame
}

// newRig is the hardware after its clocks have started.
func newRig(t *testing.T, cfg model.Config) *rig {
	r := &rig{t: t}
	cfg.Sent = func(f model.Frame) {
		f.Bytes = bytes.Clone(f.Bytes)
		r.sent = append(r.sent, f)
	}
	r.Host = model.NewHost(cfg, 2*ring*(emac.DescriptorSize+room))
	mem := r.RAM.CPU()
	r.tx, r.rx = emac.Descriptors(mem[:ring*emac.DescriptorSize]), emac.Descriptors(mem[ring*emac.DescriptorSize:][:ring*emac.DescriptorSize])
	r.txAt, r.rxAt = r.Address(mem), r.Address(mem[ring*emac.DescriptorSize:])
	r.buffers = mem[2*ring*emac.DescriptorSize:]
	r.bufferAt = r.Address(r.buffers)
	t.Cleanup(func() {
		for _, v := range r.EMAC.Violations() {
			t.Errorf("violation: %v", v)
		}
	})
	return r
}

// started is a rig with a link, both rings, and both engines running.
func started(t *testing.T, cfg model.Config) *rig {
	r := newRig(t, cfg)
	r.reset()
	r.linkUp()
	r.configure(config, emac.FilterPR, emac.OpModeTSF)
	return r
}

// reset is a soft reset, which takes its time.
func (r *rig) reset() {
	r.Write(emac.BusMode, emac.BusModeSWR)
	r.wait(10 * us)
	require.Zero(r.t, r.Read(emac.BusMode)&emac.BusModeSWR, "SWR clears itself")
}

// linkUp waits for the negotiation.
func (r *rig) linkUp() {
	r.wait(2 * time.Second)
	up, _ := r.EMAC.Link()
	require.True(r.t, up, "there is a link")
}

// configure makes rings of chained descriptors, all receive descriptors the DMA's, and starts everything.
func (r *rig) configure(mac, filter, mode uint32) {
	r.Write(emac.BusMode, emac.BusModeATDS|32<<emac.BusModePBLAt|emac.BusModeMB)
	r.Write(emac.MACFrameFilter, filter)
	r.Write(emac.IntMask, ^uint32(0))
	r.rings()
	r.Write(emac.MACConfig, mac|emac.ConfigTE)
	r.Write(emac.OpMode, mode|running)
	r.Write(emac.MACConfig, mac|on)
	r.wait(us)
}

func (r *rig) rings() {
	for i := range ring {
		next := uint32((i + 1) % ring * emac.DescriptorSize)
		r.tx[i] = emac.Descriptor{emac.TxTCH, 0, r.buffer(i), r.txAt + next}
		r.rx[i] = emac.Descriptor{emac.DescOwn, emac.RxRCH | room, r.buffer(ring + i), r.rxAt + next}
	}
	r.WriteBack(r.txAt, 2*ring*emac.DescriptorSize)
	r.Write(emac.RxList, r.rxAt)
	r.Write(emac.TxList, r.txAt)
}

// WriteBack writes lines back, and waits until they are in memory: what TestCacheAndDMA leaves out.
func (r *rig) WriteBack(address, n uint32) {
	r.Host.WriteBack(address, n)
	r.Barrier()
}

// buffer is the address of buffer i, transmit buffers first.
func (r *rig) buffer(i int) uint32 { return r.bufferAt + uint32(i*room) }

// wait lets time go by.
func (r *rig) wait(d time.Duration) { r.At(r.Now() + d) }

// load puts a frame into transmit buffer i and gives the descriptor away, with these control bits beside OWN.
func (r *rig) load(i int, frame []byte, bits uint32) {
	copy(r.buffers[i*room:], frame)
	r.WriteBack(r.buffer(i), lines(len(frame)))
	r.tx[i][1] = uint32(len(frame))
	r.tx[i][0] = emac.DescOwn | emac.TxTCH | bits
	r.WriteBack(r.txAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
}

// give gives the DMA transmit descriptor i as it stands there.
func (r *rig) give(i int, d emac.Descriptor) {
	r.tx[i] = d
	r.tx[i][0] |= emac.DescOwn
	r.WriteBack(r.txAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
}

// send sends a frame from transmit buffer i.
func (r *rig) send(i int, frame []byte) {
	r.load(i, frame, emac.TxFS|emac.TxLS|emac.TxIC)
	r.Write(emac.TxPoll, 0)
}

// txStatus is TDES0 of descriptor i, as the CPU reads it after an invalidation.
func (r *rig) txStatus(i int) uint32 {
	r.Invalidate(r.txAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
	return r.tx[i][0]
}

// rxStatus is RDES0 of descriptor i.
func (r *rig) rxStatus(i int) uint32 {
	r.Invalidate(r.rxAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
	return r.rx[i][0]
}

// received is the frame in receive buffer i, with its FCS.
func (r *rig) received(i int) []byte {
	s := r.rxStatus(i)
	require.Zero(r.t, s&emac.DescOwn, "descriptor %d is the CPU's", i)
	n := int(s & emac.RxFL >> emac.RxFLAt)
	r.Invalidate(r.buffer(ring+i), lines(n))
	b := r.buffers[(ring+i)*room:][:n]
	r.Reads(b)
	return bytes.Clone(b)
}

// giveBack gives receive descriptor i to the DMA.
func (r *rig) giveBack(i int) {
	r.rx[i][0] = emac.DescOwn
	r.WriteBack(r.rxAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
}

// violates expects violations of just this rule, with these words, in what has happened so far.
func (r *rig) violates(rule model.Rule, words string) {
	r.t.Helper()
	require.NotEmpty(r.t, r.EMAC.Violations(), "%s: a violation is reported", rule)
	for _, v := range r.EMAC.Violations() {
		require.Equal(r.t, rule, v.Rule, v.String())
		require.Contains(r.t, v.String(), words)
	}
	r.EMAC.Forgive()
}

// lines rounds up to whole cache lines.
func lines(n int) uint32 { return uint32(n+emac.CacheLine-1) &^ (emac.CacheLine - 1) }

// frame is a broadcast of n bytes without FCS, whose bytes count up.
func frame(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	copy(b, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5})
	return b
}
