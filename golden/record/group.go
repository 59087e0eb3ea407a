//go:build linux

package record

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// The groups that are joined, from the ranges for documentation (RFC 6676).
const (
	group4 = "233.252.0.7"
	group6 = "ff0e::db8:0:7"
)

func groupScenarios() []*Scenario {
	join := func(ip family, settings ...string) func(*lab) error {
		return func(l *lab) error { return joinGroup(l, ip, settings) }
	}
	return []*Scenario{
		one("igmp3-join", "a host joins a group, gets a datagram for it, and leaves", "igmp udp", nil, join(ipv4)),
		one("igmp2-join", "the same with IGMP version 2", "igmp udp", nil, join(ipv4, "ipv4/conf/default/force_igmp_version=2", "ipv4/conf/all/force_igmp_version=2")),
		one("igmp1-join", "the same with IGMP version 1, which has no leaving", "igmp udp", nil, join(ipv4, "ipv4/conf/default/force_igmp_version=1", "ipv4/conf/all/force_igmp_version=1")),
		one("igmp3-sources", "a host joins a group for some sources only, then for one less", "igmp", nil, joinSources),
		one("mld2-join", "a host joins a group, gets a datagram for it, and leaves", "mld udp", nil, join(ipv6)),
		one("mld1-join", "the same with MLD version 1", "mld udp", nil, join(ipv6, "ipv6/conf/default/force_mld_version=1", "ipv6/conf/all/force_mld_version=1")),
	}
}

// joinGroup lets the client join a group that the server sends to.
func joinGroup(l *lab, ip family, settings []string) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan, clientSet: settings})
	if err != nil {
		return err
	}
	var member *net.UDPConn
	group := net.ParseIP(group4)
	if ip == ipv6 {
		group = net.ParseIP(group6)
	}
	err = p.client.Inside(func() error {
		card, err := net.InterfaceByName(device)
		if err == nil {
			member, err = net.ListenMulticastUDP("udp", card, &net.UDPAddr{IP: group, Port: 7000})
		}
		return err
	})
	if err != nil {
		return err
	}
	l.closing(member)
	if err := l.wait(1500 * time.Millisecond); err != nil { // the report comes again after up to a second
		return err
	}
	card := option{unix.IPPROTO_IP, unix.IP_MULTICAST_TTL, 4}
	to := &net.UDPAddr{IP: group, Port: 7000}
	if ip == ipv6 {
		card = option{unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, 4}
		to.Zone = device
	}
	sender, err := p.server.udp(net.JoinHostPort(p.address(), "0"), card)
	if err != nil {
		return err
	}
	err = p.server.ip(fmt.Sprintf("-%d route add multicast %s dev %s", ip, group, device))
	if ip == ipv6 {
		err = p.server.ip(fmt.Sprintf("-6 route add multicast %s dev %s table local", group, device))
		to.Zone = ""
	}
	if err != nil {
		return err
	}
	if _, err := sender.WriteTo(pattern(300), to); err != nil {
		return err
	}
	if err := member.SetReadDeadline(within(3 * time.Second)); err != nil {
		return err
	}
	if _, _, err := member.ReadFrom(make([]byte, 500)); err != nil {
		return err
	}
	if err := member.Close(); err != nil {
		return err
	}
	if err := l.wait(1500 * time.Millisecond); err != nil {
		return err
	}
	return l.settle()
}

// joinSources joins a group as RFC 3376 has it: for some sources.
func joinSources(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan})
	if err != nil {
		return err
	}
	member, err := p.client.udp(net.JoinHostPort(group4, port))
	if err != nil {
		return err
	}
	raw, err := member.SyscallConn()
	if err != nil {
		return err
	}
	for _, step := range []struct {
		option int
		source string
	}{
		{unix.IP_ADD_SOURCE_MEMBERSHIP, server4}, {unix.IP_ADD_SOURCE_MEMBERSHIP, "198.51.100.7"}, {unix.IP_DROP_SOURCE_MEMBERSHIP, server4},
	} {
		var request []byte // struct ip_mreq_source: the group, the interface, the source
		for _, a := range []string{group4, client4, step.source} {
			b := netip.MustParseAddr(a).As4()
			request = append(request, b[:]...)
		}
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = unix.SetsockoptString(int(fd), unix.IPPROTO_IP, step.option, string(request))
		})
		if err != nil || failed != nil {
			return fmt.Errorf("membership of %s: %w", step.source, failed)
		}
		if err := l.wait(1200 * time.Millisecond); err != nil {
			return err
		}
	}
	return l.settle()
}
