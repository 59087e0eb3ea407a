package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func offerECN(c *Config) { c.Settings.OfferECN = true }

// The usual beginnings, with ECN.
const (
	marked = `
		connect
		> SEW 0:0(0)
		< SE. 0:0(0) ack 1 win 10000 mss 1000
		> . 1:1(0) ack 1
		= ESTABLISHED
	`
	markedAccepted = `
		listen
		< SEW 0:0(0) win 10000 mss 1000
		> SE. 0:0(0) ack 1
		< . 1:1(0) ack 1 win 10000
		= ESTABLISHED
	`
)

// marks expects n full segments that were never sent, of which none is the last.
func marks(from, n int) (text string) {
	for i := range n {
		text += "> [ect0] . " + itoa(from+1000*i) + ":" + itoa(from+1000*(i+1)) + "(1000) ack 1\n"
	}
	return text
}

func TestECNAgreement(t *testing.T) {
	plain := "write 10\n> P. 1:11(10) ack 1\n"
	offer := []func(*Config){offerECN}
	scripts(t, []scriptCase{
		{name: "RFC 3168 6.1.1 by two flags, and one in the answer", opts: offer,
			text: marked + "write 10\n> [ect0] P. 1:11(10) ack 1\n"},
		{name: "RFC 9293 SHLD-8 who is asked agrees",
			text: markedAccepted + "write 10\n> [ect0] P. 1:11(10) ack 1\n"},
		{name: "nobody begins without being told", text: `
			connect
			> S 0:0(0)
			< SE. 0:0(0) ack 1
			> . 1:1(0) ack 1` + "\n" + plain},
		{name: "one flag does not ask", text: `
			listen
			< SE 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1` + "\n" + plain},
		{name: "nor does the other", text: `
			listen
			< SW 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1` + "\n" + plain},
		{name: "who does without neither asks nor agrees",
			opts: []func(*Config){offerECN, func(c *Config) { c.Without = ECN }}, text: `
			listen
			< SEW 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1` + "\n" + plain},
		{name: "RFC 3168 6.1.1.2 our own flags, reflected, are no answer", opts: offer, text: `
			connect
			> SEW 0:0(0)
			< SEW. 0:0(0) ack 1
			> . 1:1(0) ack 1` + "\n" + plain},
		{name: "an answer without flags declines", opts: offer, text: `
			connect
			> SEW 0:0(0)
			< S. 0:0(0) ack 1
			> . 1:1(0) ack 1` + "\n" + plain},
		{name: "RFC 3168 6.1.1.1 a SYN that has had no answer goes without, and no text is marked", opts: offer, text: `
			connect
			> SEW 0:0(0)
			+1s
			> S 0:0(0)
			+2s
			> S 0:0(0)
			< SE. 0:0(0) ack 1
			> . 1:1(0) ack 1` + "\n" + plain + `
			# but the first SYN has asked, so a mark is told of
			< [ce] . 1:11(10) ack 11
			> E. 11:11(0) ack 11`},
		{name: "a peer that tries again without takes it back", text: `
			listen
			< SEW 0:0(0)
			> SE. 0:0(0) ack 1
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< SEW 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1` + "\n" + plain},
		{name: "our answer goes with it again", text: `
			listen
			< SEW 0:0(0)
			> SE. 0:0(0) ack 1
			+1s
			> SE. 0:0(0) ack 1
			< . 1:1(0) ack 1
			write 10
			> [ect0] P. 1:11(10) ack 1`},
		{name: "SYNs that cross", opts: offer, text: `
			connect
			> SEW 0:0(0)
			< SEW 0:0(0)
			> SE. 0:0(0) ack 1
			< SE. 0:0(0) ack 1
			write 10
			> [ect0] P. 1:11(10) ack 1`},
		{name: "SYNs that cross, and the peer's does not ask", opts: offer, text: `
			connect
			> SEW 0:0(0)
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< S. 0:0(0) ack 1` + "\n" + plain},
	})
}

func TestECNReceiver(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 3168 6.1.3 told of until the peer has slowed down", text: markedAccepted + `
			< [ce] . 1:101(100) ack 1
			> E. 1:1(0) ack 101
			< [ect0] . 101:201(100) ack 1
			> E. 1:1(0) ack 201
			write 10
			> [ect0] PE. 1:11(10) ack 201
			< [ect0] W. 201:301(100) ack 11
			> . 11:11(0) ack 301
			< [ect0] W. 301:401(100) ack 11
			+40ms
			> . 11:11(0) ack 401`},
		{name: "a mark on what says so begins anew", text: markedAccepted + `
			< [ce] . 1:101(100) ack 1
			> E. 1:1(0) ack 101
			< [ce] W. 101:201(100) ack 1
			> E. 1:1(0) ack 201`},
		{name: "an acknowledgment that says so does not, as it is not text", text: markedAccepted + `
			< [ce] . 1:101(100) ack 1
			> E. 1:1(0) ack 101
			< W. 101:101(0) ack 1
			< [ect0] . 101:201(100) ack 1
			> E. 1:1(0) ack 201`},
		{name: "RFC 3168 6.1.4 nor is a mark on an acknowledgment one", text: markedAccepted + `
			< [ce] . 1:1(0) ack 1
			< [ect0] . 1:101(100) ack 1
			> . 1:1(0) ack 101`},
		{name: "RFC 3168 6.1.5 nor on what is outside of the window", text: markedAccepted + `
			< [ect0] . 1:101(100) ack 1
			> . 1:1(0) ack 101
			< [ce] . 1:101(100) ack 1
			> . 1:1(0) ack 101
			< [ce] . 8000:8100(100) ack 1
			> . 1:1(0) ack 101`},
		{name: "what comes out of order counts", text: markedAccepted + `
			< [ce] . 101:201(100) ack 1
			> E. 1:1(0) ack 1
			< [ect0] . 1:101(100) ack 1
			> E. 1:1(0) ack 201`},
		{name: "a reset tells of nothing", text: markedAccepted + `
			< [ce] . 1:101(100) ack 1
			> E. 1:1(0) ack 101
			read 100
			abort
			> R. 1:1(0) ack 101`},
		{name: "what is not agreed on is not told of", text: accepted + `
			< [ce] . 1:101(100) ack 1
			> . 1:1(0) ack 101`},
	})
}

func TestECNSender(t *testing.T) {
	begun := markedAccepted + "write 60000\n" + marks(1, 10)
	scripts(t, []scriptCase{
		{name: "RFC 3168 6.1.2 half the window, once for all that is on its way, and the first new text says so",
			text: begun + `
			< E. 1:1(0) ack 1001
			< E. 1:1(0) ack 3001
			< E. 1:1(0) ack 5001
			> nothing
			< E. 1:1(0) ack 6001
			> [ect0] W. 10001:11001(1000) ack 1
			< E. 1:1(0) ack 10001
			` + marks(11001, 4) + `
			# CWR has arrived; the window grows again
			< . 1:1(0) ack 15001
			` + marks(15001, 6)},
		{name: "a mark behind that is another one", text: begun + `
			< E. 1:1(0) ack 10001
			> [ect0] W. 10001:11001(1000) ack 1
			` + marks(11001, 4) + `
			< E. 1:1(0) ack 11001
			< . 1:1(0) ack 13001
			< . 1:1(0) ack 14001
			> [ect0] W. 15001:16001(1000) ack 1
			> [ect0] . 16001:17001(1000) ack 1`},
		{name: "what is old tells nothing", text: begun + `
			< . 1:1(0) ack 2001
			` + marks(10001, 2) + `
			< E. 1:1(0) ack 1001
			< . 1:1(0) ack 3001
			` + marks(12001, 1)},
		{name: "a loss in the same window reduces nothing more, but is repaired", text: begun + `
			< E. 1:1(0) ack 1001
			< E. 1:1(0) ack 1001
			< E. 1:1(0) ack 1001
			< E. 1:1(0) ack 1001
			> . 1001:2001(1000) ack 1
			< E. 1:1(0) ack 10001
			> [ect0] W. 10001:11001(1000) ack 1
			> [ect0] . 11001:12001(1000) ack 1`},
		{name: "a loss says so too, and marks of its window reduce nothing more", text: begun + `
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			> . 1:1001(1000) ack 1
			< E. 1:1(0) ack 10001
			> [ect0] W. 10001:11001(1000) ack 1
			> [ect0] . 11001:12001(1000) ack 1`},
		{name: "and a time-out", text: markedAccepted + `
			write 3000
			` + marks(1, 2) + `
			> [ect0] P. 2001:3001(1000) ack 1
			+1s
			> . 1:1001(1000) ack 1
			< E. 1:1(0) ack 3001
			write 1000
			> [ect0] PW. 3001:4001(1000) ack 1`},
		{name: "if what says so is lost the window is reduced again", text: begun + `
			< E. 1:1(0) ack 10001
			> [ect0] W. 10001:11001(1000) ack 1
			` + marks(11001, 4) + `
			< E. 1:1(0) ack 10001
			> [ect0] . 15001:16001(1000) ack 1
			< E. 1:1(0) ack 10001
			> [ect0] . 16001:17001(1000) ack 1
			< E. 1:1(0) ack 10001
			> . 10001:11001(1000) ack 1
			< . 1:1(0) ack 17001
			> [ect0] W. 17001:18001(1000) ack 1
			> [ect0] . 18001:19001(1000) ack 1`},
		{name: "RFC 3168 6.1.2 of a window of one segment half is the retransmission timer", opts: []func(*Config){offerECN}, text: `
			listen
			< SEW 0:0(0) win 10000 mss 1000
			> SE. 0:0(0) ack 1
			+1s
			> SE. 0:0(0) ack 1
			< . 1:1(0) ack 1 win 10000
			write 5000
			> [ect0] . 1:1001(1000) ack 1
			< E. 1:1(0) ack 1001
			> nothing
			deadline 1s
			+1s
			> [ect0] W. 1001:2001(1000) ack 1
			< . 1:1(0) ack 2001
			> [ect0] . 2001:3001(1000) ack 1
			> [ect0] . 3001:4001(1000) ack 1`},
		{name: "RFC 3168 6.1.6 a probe of a window is not marked", text: markedAccepted + `
			write 10
			> [ect0] P. 1:11(10) ack 1
			< . 1:1(0) ack 11 win 0
			write 10
			+1s
			> . 11:12(1) ack 1
			< . 1:1(0) ack 11 win 10000
			> P. 11:21(10) ack 1`},
		{name: "FIN alone is not text", text: markedAccepted + `
			shutdown
			> F. 1:1(0) ack 1`},
		{name: "where it is not agreed on an echo means nothing", text: established + `
			write 12000
			` + segments(1, 10) + `
			< E. 1:1(0) ack 2001
			` + segments(10001, 1) + full(11001, 1)},
	})
}

func TestECNInfo(t *testing.T) {
	s := runScript(t, markedAccepted+"write 10000\n"+marks(1, 9)+"> [ect0] P. 9001:10001(1000) ack 1\n< E. 1:1(0) ack 1001")
	i := s.c.Info()
	require.True(t, s.last.Slowed)
	require.Equal(t, CACWR, i.CA)
	require.Equal(t, []int{5000, 5000}, []int{i.Cwnd, i.SSThresh})
	require.True(t, i.Agreed.Has(ECN))
	s = runScript(t, markedAccepted+"write 10\n> [ect0] P. 1:11(10) ack 1\n< E. 1:1(0) ack 11")
	require.Equal(t, CAOpen, s.c.Info().CA)
}
