package tcp

import "testing"

// TestMore: what was sent without PUSH (RFC 9293 3.9.1.2) waits for more to fill a segment: until there is that, until it is
// pushed, until what was sent before is acknowledged, or for the override timeout.
func TestMore(t *testing.T) {
	const open = `
listen
< S 0:0(0) win 60000 mss 1000
> S. 0:0(0) ack 1
< . 1:1(0) ack 1 win 60000
`
	for name, text := range map[string]string{
		"pushed":    "more 100\n> nothing\nmore 200\n> nothing\nwrite 1\n> P. 1:302(301) ack 1",
		"full":      "more 100\n> nothing\nmore 1000\n> . 1:1001(1000) ack 1\n> nothing\nshutdown\n> FP. 1001:1101(100) ack 1",
		"acked":     "more 1100\n> . 1:1001(1000) ack 1\n> nothing\n< . 1:1(0) ack 1001 win 60000\n> P. 1001:1101(100) ack 1",
		"override":  "more 100\n> nothing\n+500ms\n> P. 1:101(100) ack 1",
		"delayed":   "write 10\n> P. 1:11(10) ack 1\nmore 10\nwrite 10\n> nothing\n< . 1:1(0) ack 11 win 60000\n> P. 11:31(20) ack 1",
		"no delay":  "nodelay\nwrite 10\n> P. 1:11(10) ack 1\nmore 10\n> nothing\nwrite 10\n> P. 11:31(20) ack 1",
		"cork":      "cork\nwrite 10\nwrite 10\n> nothing\nuncork\n> P. 1:21(20) ack 1",
		"cork, ack": "cork\nwrite 1100\n> . 1:1001(1000) ack 1\n< . 1:1(0) ack 1001 win 60000\n> nothing\n+500ms\n> P. 1001:1101(100) ack 1",
		"closed":    "cork\nwrite 10\n> nothing\nshutdown\n> FP. 1:11(10) ack 1",
	} {
		t.Run(name, func(t *testing.T) { runScript(t, open+text) })
	}
}
