//go:build linux

package record

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// far is a plan with a router, behind which packets have to be smaller.
func far(ip family) plan { return plan{ip: ip, way: lan, back: lan, routed: true, farMTU: 1280} }

// pathScenarios go through a router.
func pathScenarios() []*Scenario {
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("tcp-path-mtu", "12 KiB through a router whose next wire takes 1280 bytes: the sender learns it", "toobig retransmission", nil,
			func(l *lab, ip family) error { return talk(far(ip), nil, nil, upload(12<<10))(l, ip) }),
		both("traceroute-udp", "traceroute through a router with datagrams to ports that nobody has", "exceeded unreachable",
			[]tool{toolTraceroute}, func(l *lab, ip family) error { return trace(l, ip, "") }),
		both("traceroute-icmp", "traceroute through a router with echo requests", "exceeded echo", []tool{toolTraceroute},
			func(l *lab, ip family) error { return trace(l, ip, "-I") }),
		both("traceroute-tcp", "traceroute through a router with SYNs to a port that nobody has", "exceeded rst", []tool{toolTraceroute},
			func(l *lab, ip family) error { return trace(l, ip, "-T -p 7000") }),
		both("ping", "echo requests with 0 to 1400 bytes", "echo", []tool{toolPing}, ping),
		both("ping-large", "echo requests in several fragments, and their answers", "fragment", []tool{toolPing},
			pingSizes(2000, 5000)),
		both("ping-no-route", "echo requests for a net that the router does not know", "unreachable echo", []tool{toolPing}, pingNowhere),
		both("udp-path-mtu", "datagrams through a router whose next wire takes 1280 bytes: the sender learns it", "toobig", nil, udpPathMTU),
	} {
		all = append(all, s...)
	}
	return all
}

func trace(l *lab, ip family, how string) error {
	p, err := l.connect(far(ip))
	if err != nil {
		return err
	}
	if err := p.client.runs(fmt.Sprintf("traceroute %s -n -q 2 -w 2 -m 5 %s", how, p.address())); err != nil {
		return err
	}
	return l.settle()
}

func ping(l *lab, ip family) error { return pingSizes(0, 56, 1001, 1400)(l, ip) }

func pingSizes(sizes ...int) func(*lab, family) error {
	return func(l *lab, ip family) error {
		p, err := l.connect(plan{ip: ip, way: lan, back: lan})
		if err != nil {
			return err
		}
		for _, n := range sizes {
			if err := p.client.runs(fmt.Sprintf("ping -n -c 2 -i 0.05 -s %d %s", n, p.address())); err != nil {
				return err
			}
		}
		return l.settle()
	}
}

func pingNowhere(l *lab, ip family) error {
	p, err := l.connect(far(ip))
	if err != nil {
		return err
	}
	nowhere := "203.0.113.9"
	if ip == ipv6 {
		nowhere = "2001:db8:f::9"
	}
	if out, err := p.client.run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", nowhere); err == nil || strings.Contains(out, " 0% packet loss") {
		return fmt.Errorf("somebody answers at %s", nowhere)
	}
	return l.settle()
}

// udpPathMTU sends datagrams that must not be fragmented until one gets through.
func udpPathMTU(l *lab, ip family) error {
	p, err := l.connect(far(ip))
	if err != nil {
		return err
	}
	server, err := p.server.udp(net.JoinHostPort(p.address(), port))
	if err != nil {
		return err
	}
	go echo(server)
	discover := option{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO}
	headers := 28
	if ip == ipv6 {
		discover = option{unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO}
		headers = 48
	}
	client, err := p.client.udp(net.JoinHostPort(p.own(), "0"), discover)
	if err != nil {
		return err
	}
	to := &net.UDPAddr{IP: net.ParseIP(p.address()), Port: 7000}
	answer := make([]byte, 2000)
	for _, mtu := range []int{1500, 1500, 1280} {
		if _, err := client.WriteTo(pattern(mtu-headers), to); err != nil && !errors.Is(err, unix.EMSGSIZE) {
			return err
		}
		if err := client.SetReadDeadline(within(300 * time.Millisecond)); err != nil {
			return err
		}
		n, _, err := client.ReadFrom(answer)
		if mtu == 1280 && (err != nil || n != mtu-headers) {
			return fmt.Errorf("%d of %d bytes come back: %v", n, mtu-headers, err)
		}
	}
	return l.settle()
}
