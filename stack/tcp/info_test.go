package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInfo: what a connection tells of itself while it loses and repairs.
func TestInfo(t *testing.T) {
	require.Equal(t, Info{}, new(Conn).Info())
	ten := sackEstablished + "write 10000\n" + full(1, 10)
	s := runScript(t, ten)
	i := s.c.Info()
	require.Equal(t, Info{
		Unacked: 10, RTO: i.RTO, SRTT: i.SRTT, RTTVar: i.RTTVar, Cwnd: i.Cwnd, SSThresh: Infinite, SndMSS: 1000,
		RcvMSS: i.RcvMSS, AdvMSS: 1460, SndWnd: 60000, RcvWnd: 4000, Agreed: SACK,
	}, i)

	s = runScript(t, ten+"< . 1:1(0) ack 1 win 60000 sack 1001:2001\n")
	i = s.c.Info()
	require.Equal(t, []int{10, 1, 0, 0}, []int{i.Unacked, i.Sacked, i.Lost, i.Retrans})
	require.Equal(t, CADisorder, i.CA)

	s = runScript(t, ten+"< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:9501\n> . 1:1001(1000) ack 1\n> . 2001:3001(1000) ack 1\n> nothing\n")
	i = s.c.Info()
	require.Equal(t, []int{10, 8, 2, 2}, []int{i.Unacked, i.Sacked, i.Lost, i.Retrans})
	require.Equal(t, CARecovery, i.CA)
	require.Equal(t, 5000, i.SSThresh)

	s = runScript(t, ten+"+1s\n> . 1:1001(1000) ack 1\n")
	i = s.c.Info()
	require.Equal(t, []int{10, 0, 10, 1}, []int{i.Unacked, i.Sacked, i.Lost, s.c.Timeouts()})
	require.Equal(t, CALoss, i.CA)
	require.Equal(t, 2*time.Second, i.RTO)
}
