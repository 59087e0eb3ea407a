package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// drawOptions draws what a peer's segment may have.
func drawOptions(t *rapid.T) Options {
	o := Options{
		HasMSS: rapid.Bool().Draw(t, "has MSS"), MSS: rapid.Uint16().Draw(t, "mss"),
		HasWScale: rapid.Bool().Draw(t, "has scale"), WScale: rapid.Byte().Draw(t, "scale"),
		SACKPermitted: rapid.Bool().Draw(t, "SACK permitted"),
		HasTS:         rapid.Bool().Draw(t, "has timestamps"),
		TSVal:         rapid.Uint32().Draw(t, "TSval"), TSEcr: rapid.Uint32().Draw(t, "TSecr"),
		NSACK: uint8(rapid.IntRange(0, wire.MaxSACKBlocks).Draw(t, "SACK blocks")),
	}
	for i := range int(o.NSACK) {
		o.SACK[i] = wire.SACKBlock{Left: rapid.Uint32().Draw(t, "left"), Right: rapid.Uint32().Draw(t, "right")}
	}
	return o
}

func without(o OptionSet) func(*Config) { return func(c *Config) { c.Without = o } }

// TestAgreement: what is used is what both SYNs carry, and the second carries no more than the first.
func TestAgreement(t *testing.T) {
	for _, c := range []struct {
		name    string
		text    string
		without OptionSet
		want    OptionSet
	}{
		{"a passive side offers what it is offered", `
			listen
			< S 0:0(0) mss 1000 sackOK ts 7:0 ws 9
			> S. 0:0(0) ack 1 options mss 1460 sackOK ts 3600000:7 ws 0
			< . 1:1(0) ack 1 ts 7:3600000`, 0, everything &^ ECN},
		{"part of it", `
			listen
			< S 0:0(0) mss 1000 ts 7:0
			> S. 0:0(0) ack 1 options mss 1460 ts 3600000:7
			< . 1:1(0) ack 1 ts 7:3600000`, 0, Timestamps},
		{"and nothing else", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 1460
			< . 1:1(0) ack 1`, 0, 0},
		{"nor what it does without", `
			listen
			< S 0:0(0) mss 1000 sackOK ts 7:0 ws 9
			> S. 0:0(0) ack 1 options mss 1460
			< . 1:1(0) ack 1`, everything, 0},
		{"an active side offers everything", `
			connect
			> S 0:0(0) options mss 1460 sackOK ts 3600000:0 ws 0
			< S. 0:0(0) ack 1 mss 1000 sackOK ts 7:3600000 ws 9
			> . 1:1(0) ack 1 options ts 3600000:7`, 0, everything &^ ECN},
		{"and goes on to", `
			connect
			> S 0:0(0) options mss 1460 sackOK ts 3600000:0 ws 0
			+1s
			> S 0:0(0) options mss 1460 sackOK ts 3601000:0 ws 0
			< S. 0:0(0) ack 1 mss 1000
			> . 1:1(0) ack 1 options none`, 0, 0},
		{"but for what it does without", `
			connect
			> S 0:0(0) options mss 1460 ws 0
			< S. 0:0(0) ack 1 mss 1000 sackOK ts 7:3600000 ws 9
			> . 1:1(0) ack 1 options none`, SACK | Timestamps, WindowScale},
		{"SYNs that cross agree on what both have", `
			connect
			> S 0:0(0) options mss 1460 sackOK ts 3600000:0 ws 0
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 1460
			< S. 0:0(0) ack 1 mss 1000 sackOK ts 7:3600000 ws 9`, 0, 0},
		{"a listener forgets a peer that resets", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 1460
			< R 1:1(0)
			< S 0:0(0) mss 1000 sackOK
			> S. 0:0(0) ack 1 options mss 1460 sackOK
			< . 1:1(0) ack 1`, 0, SACK},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := runScript(t, c.text, without(c.without))
			require.Equal(t, c.want, s.c.agreed)
		})
	}
}

// TestSegmentRoom: options come out of the room for text (RFC 9293 3.7.1, MUST-16; RFC 6691 2).
func TestSegmentRoom(t *testing.T) {
	var c Conn
	c.cfg.MSS = 1460
	c.setMaxSeg(1000)
	require.Equal(t, 1000, c.textMSS())
	c.agreed = Timestamps
	c.setMaxSeg(1000)
	require.Equal(t, 988, c.textMSS())
	require.Equal(t, 988, c.sndMSS)
	c.setMaxSeg(1)
	require.Equal(t, MinMaxSeg-12, c.textMSS(), "a peer cannot make us send for nothing (CVE-2019-11479)")
}
