package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var keepAlive = withSettings(Settings{KeepAlive: true, KeepIdle: 10 * time.Second, KeepInterval: 3 * time.Second, KeepCount: 2})

func TestKeepAlive(t *testing.T) {
	on := []func(*Config){keepAlive}
	scripts(t, []scriptCase{
		{"RFC 9293 3.8.4 MUST-25 off by default", accepted + `
			deadline none
		`, nil},
		{"MUST-28 two hours by default", established + `
			keepalive 0s
			deadline none
			keepalive 2h
			+2h
			> . 0:0(0) ack 1
		`, nil},
		{"SHLD-12 a probe asks for an ACK, and one that comes is a sign of life", accepted + `
			+10s
			> . 0:0(0) ack 1
			< . 1:1(0) ack 1
			+10s
			> . 0:0(0) ack 1
		`, on},
		{"MUST-26 what comes puts it off", accepted + `
			+9s idle
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11
			+1s
			> nothing
			+9s
			> . 0:0(0) ack 11
			= ESTABLISHED
		`, on},
		{"what cannot be of the peer does not", accepted + `
			+9s idle
			< . 9000:9000(0) ack 1
			> . 1:1(0) ack 1
			+1s
			> . 0:0(0) ack 1
		`, on},
		{"MUST-26 not while something is outstanding", accepted + `
			+9s idle
			write 10
			> P. 1:11(10) ack 1
			+1s
			> P. 1:11(10) ack 1
			+2s
			> P. 1:11(10) ack 1
			+4s
			> P. 1:11(10) ack 1
			+2s idle
			< . 1:1(0) ack 11
			+10s
			> . 10:10(0) ack 1
			< . 1:1(0) ack 11
		`, on},
		{"nor while the peer's window is zero", accepted + `
			< . 1:1(0) ack 1 win 0
			write 10
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+2s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+4s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+8s
			> . 1:2(1) ack 1
		`, on},
		{"MUST-29 one without an answer does not end the connection, several do", accepted + `
			+10s
			> . 0:0(0) ack 1
			+3s
			> . 0:0(0) ack 1
			< . 1:1(0) ack 1
			+10s
			> . 0:0(0) ack 1
			+3s
			> . 0:0(0) ack 1
			+3s
			= CLOSED timed-out
			deadline none
		`, on},
		{"a probe that cannot be sent does not count", accepted + `
			+10s
			deadline none
			+1m idle
			> . 0:0(0) ack 1
			deadline 3s
			< . 1:1(0) ack 1
		`, on},
		{"MAY-6 garbage", accepted + `
			+10s
			> . 0:1(1) ack 1
			< . 1:1(0) ack 1
			write 10
			> P. 1:11(10) ack 1
			< . 1:1(0) ack 11
			unsent 0
		`, []func(*Config){keepAlive, func(c *Config) { c.Settings.KeepGarbage = true }}},
		{"MUST-24 switched on and off; the time counts from what came last", accepted + `
			+1s idle
			keepalive 5s
			deadline 4s
			keepalive 7s
			deadline 6s
			keepalive 0s
			+1h idle
			keepalive 5s
			+5s
			> . 0:0(0) ack 1
		`, nil},
		{"half closed either way", accepted + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			= CLOSE-WAIT
			+10s
			> . 0:0(0) ack 2
			< . 2:2(0) ack 1
			shutdown
			> F. 1:1(0) ack 2
			+1s
			> F. 1:1(0) ack 2
			< . 2:2(0) ack 2
			= CLOSED in-order
		`, on},
		{"FIN-WAIT-2", accepted + `
			shutdown
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			= FIN-WAIT-2
			+10s
			> . 1:1(0) ack 1
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			= TIME-WAIT
			+1m
			= CLOSED in-order
		`, on},
	})
}

// RFC 9293 3.8.3, MUST-21.
func TestUserTimeout(t *testing.T) {
	short := []func(*Config){withSettings(Settings{UserTimeout: 5 * time.Second})}
	scripts(t, []scriptCase{
		{"data", accepted + `
			+1m idle
			write 10
			> P. 1:11(10) ack 1
			+1s
			> P. 1:11(10) ack 1
			+2s
			> P. 1:11(10) ack 1
			+2s
			= CLOSED timed-out
		`, short},
		{"progress begins it anew", accepted + `
			write 2000
			` + full(1, 2) + `
			+1s
			> . 1:1001(1000) ack 1
			+2s
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 1001
			> P. 1001:2001(1000) ack 1
			+4s
			> P. 1001:2001(1000) ack 1
			+1s
			= CLOSED timed-out
		`, short},
		{"MUST-22 SYN", `
			connect
			> S 0:0(0)
			+1s
			> S 0:0(0)
			+2s
			> S 0:0(0)
			+2s
			= CLOSED timed-out
		`, short},
		{"shorter than the retransmission timeout", accepted + `
			write 10
			> P. 1:11(10) ack 1
			user-timeout 300ms
			+300ms
			= CLOSED timed-out
		`, nil},
		{"put off, which makes no retransmission early (RFC 6298 5)", accepted + `
			write 10
			> P. 1:11(10) ack 1
			user-timeout 1500ms
			+1s
			> P. 1:11(10) ack 1
			user-timeout 10s
			+500ms
			> nothing
			+1.5s
			> P. 1:11(10) ack 1
			+4s
			> P. 1:11(10) ack 1
			+3s
			= CLOSED timed-out
		`, nil},
		{"longer than by default", accepted + `
			user-timeout 200s
			write 10
			> P. 1:11(10) ack 1
			+1s
			> P. 1:11(10) ack 1
			+2s
			> P. 1:11(10) ack 1
			+4s
			> P. 1:11(10) ack 1
			+8s
			> P. 1:11(10) ack 1
			+16s
			> P. 1:11(10) ack 1
			+32s
			> P. 1:11(10) ack 1
			+1m
			> P. 1:11(10) ack 1
			+1m
			> P. 1:11(10) ack 1
			+17s
			= CLOSED timed-out
		`, nil},
		{"MUST-37 a peer that answers probes lives, however rare they are", accepted + `
			< . 1:1(0) ack 1 win 0
			write 10
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+2s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+4s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+8s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+16s
			> . 1:2(1) ack 1
			+5s
			= CLOSED timed-out
		`, short},
	})
}

func TestTimeoutsAreCountedToTheEnd(t *testing.T) {
	c := Conn{}
	for range 300 {
		c.countTimeout()
	}
	require.EqualValues(t, 255, c.timeouts)
}
