//go:build linux

package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// farther makes a second namespace, from which the stack is two hops away: the first namespace is the router.
func (l *live) farther(t *testing.T) *namespace {
	far := newNamespace(t)
	l.ns.ip(t, "link add near type veth peer name far netns "+far.Path(),
		"addr add 10.8.0.1/24 dev near", "addr add fd00:8::1/64 dev near nodad", "link set near up")
	far.ip(t, "addr add 10.8.0.2/24 dev far", "addr add fd00:8::2/64 dev far nodad", "link set far up",
		"route add default via 10.8.0.1", "-6 route add default via fd00:8::1")
	l.ns.set(t, "ipv4/ip_forward", "1")
	l.ns.set(t, "ipv6/conf/all/forwarding", "1")
	return far
}

// hop is a line of traceroute: a number, who answered, and the times of both probes.
var hop = regexp.MustCompile(`^ *(\d+)  (\S+)(?:  \d+\.\d+ ms){2}$`)

// requireHops: traceroute found these hosts, in this order, and each answered each probe, with nothing odd about it.
func requireHops(t *testing.T, out string, hosts ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")[1:] // the first says what is to be traced
	require.Len(t, lines, len(hosts), out)
	for i, l := range lines {
		m := hop.FindStringSubmatch(l)
		require.NotNil(t, m, out)
		require.Equal(t, []string{fmt.Sprint(i + 1), hosts[i]}, m[1:], out)
	}
}

// TestLiveRoute: traceroute ends at the stack, whether it is the first hop or behind a router, which takes its errors
// and answers from the other network; a connection from there too.
func TestLiveRoute(t *testing.T) {
	l := newLive(t)
	far := l.farther(t)
	router := map[string]string{"10.9.0.2": "10.8.0.1", "fd00:9::2": "fd00:8::1"}
	for mode, flag := range map[string]string{"UDP": "-U", "ICMP": "-I"} {
		l.each("traceroute "+mode, func(l *live, host string) {
			// Two probes a hop, one hop after the other: all errors together are less than the limit of their rate lets out.
			trace := []string{"traceroute", "-n", flag, "-q", "2", "-N", "2", "-w", "5", host}
			requireHops(l.t, string(l.run("", trace...)), host)
			requireHops(l.t, string(far.run(l.t, "", trace...)), router[host], host)
		})
	}
	inner := *l
	inner.ns = far
	inner.each("curl from behind the router", func(l *live, host string) { l.download(host, 1<<20) })
}
