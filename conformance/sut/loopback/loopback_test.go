package loopback_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/loopback"
	"stackproof/conformance/vm"
	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// clock is the hardware's time, which passes when it is looked at.
type clock struct{ host *model.Host }

func (c clock) Now() time.Duration {
	c.host.At(c.host.Now() + time.Microsecond)
	return c.host.Now()
}

const rings = 4

// newStack makes the stack of a computer on modelled hardware whose MAC loops back.
func newStack() (*sut.OverMAC, *inproc.Host, *model.Host) {
	hardware := model.NewHost(model.Config{}, emac.Size(rings, rings))
	link := new(loopback.Link)
	link.Init(hardware, clock{hardware}, hardware.RAM.CPU(), rings, 180_000_000)
	host := large.New()
	host.Over(link)
	return &sut.OverMAC{SUT: host, MAC: link}, host, hardware
}

// TestSameVerdicts: the way through the MAC changes no verdict, of no case of these topics and no twin, trace hashes
// included; bursts that are longer than the rings are among them.
func TestSameVerdicts(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	s, _, hardware := newStack()
	plain, link := conformance.NewLocal(large.New()), conformance.NewLocal(s)
	for i := range suite.Programs {
		p := &suite.Programs[i]
		if id := p.Case.ID; !strings.HasPrefix(id, "arp/") && !strings.HasPrefix(id, "udp/") && !strings.HasPrefix(id, "tcp/congestion/") {
			continue
		}
		if p.Form.Program.Needs.Has(sut.FeatureRaw) {
			require.Equal(t, vm.NeedsFeature, link.Execute(&conformance.Job{Program: p}, nil).Reason, p.Case.ID)
			continue
		}
		for _, twin := range []bool{false, true} {
			job := &conformance.Job{Program: p, Twin: twin}
			require.Equal(t, plain.Execute(job, nil), link.Execute(job, nil), "%s (%s), twin: %v", p.Case.ID, p.Form.Form, twin)
		}
	}
	require.Empty(t, hardware.EMAC.Violations())
}

// nobody counts what the stack sends.
type nobody struct{ frames int }

func (n *nobody) Frame(sut.Time, []byte)               { n.frames++ }
func (*nobody) Done(sut.Time, sut.CallID, *sut.Result) {}

// arp is a request for the stack's address, from this hardware address.
func arp(from byte) []byte {
	f := []byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, from, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, from, 192, 0, 2, 2}
	return append(f, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1)
}

var config = sut.Config{MAC: [6]byte{2, 0, 0, 0, 0, 1}, MTU: 1500, Addr4: [4]byte{192, 0, 2, 1}, Prefix4: 24, Seed: 1}

// TestFaults: what goes wrong below the stack is a crash with the reason, and the next case finds all well.
func TestFaults(t *testing.T) {
	s, _, hardware := newStack()
	for _, c := range []struct {
		name string
		do   func()
		want loopback.Failure
	}{
		{"nothing", func() {}, loopback.None},
		{"receive fails", func() { hardware.EMAC.FailBus(emac.BusErrorRxData) }, loopback.LostIn},
		{"transmit fails", func() { hardware.EMAC.FailBus(emac.BusErrorTxData) }, loopback.LostIn},
		{"nothing any more", func() {}, loopback.None},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &nobody{}
			require.Equal(t, sut.OK, s.Reset(&config))
			c.do()
			status := s.Deliver(arp(2), out)
			require.Equal(t, c.want, s.MAC.(*loopback.Link).Failure())
			if c.want != loopback.None {
				require.Equal(t, sut.Crashed, status)
				return
			}
			require.Equal(t, sut.OK, status)
			require.Equal(t, 1, out.frames)
		})
	}
	hardware.EMAC.SetClocks(hardware.Now(), model.Clocks{System: true})
	require.Equal(t, sut.Crashed, s.Reset(&config))
	require.Equal(t, loopback.NoStart, s.MAC.(*loopback.Link).Failure())
}

// TestForgedSource: the stack hears a frame that claims to be its own, and the judge gets what is the stack's.
func TestForgedSource(t *testing.T) {
	s, host, _ := newStack()
	require.Equal(t, sut.OK, s.Reset(&config))
	out := &nobody{}
	require.Equal(t, sut.OK, s.Deliver(arp(1), out))
	var plain nobody
	host.Over(nil)
	require.Equal(t, sut.OK, host.Reset(&config))
	require.Equal(t, sut.OK, host.Deliver(arp(1), &plain))
	require.Equal(t, plain.frames, out.frames)
}

// TestOff: without the link all is as if it were not there.
func TestOff(t *testing.T) {
	s, host, _ := newStack()
	host.Over(nil)
	s.MAC = nil
	var got, want sut.Caps
	s.Capabilities(&got)
	host.Capabilities(&want)
	require.Equal(t, want, got)
	out := &nobody{}
	require.Equal(t, sut.OK, s.Reset(&config))
	require.Equal(t, sut.OK, s.Deliver(arp(2), out))
	require.Equal(t, 1, out.frames)
}
