//go:build linux

package record

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

func datagramScenarios() []*Scenario {
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("udp-echo", "datagrams of 0 to 1400 bytes and their echoes", "udp", nil, datagrams(0, 1, 2, 17, 512, 1399, 1400)),
		both("udp-fragments", "datagrams of up to 9000 bytes in fragments, and their echoes", "fragment", nil, datagrams(1473, 3000, 9000)),
		both("udp-refused", "a closed port is answered with an ICMP error", "unreachable", nil, udpRefused),
		both("udp-no-checksum", "datagrams without a checksum, which are legal over IPv4 and refused over IPv6", "udp", nil, udpNoChecksum),
	} {
		all = append(all, s...)
	}
	return all
}

func datagrams(sizes ...int) func(*lab, family) error {
	return func(l *lab, ip family) error {
		p, err := l.connect(plan{ip: ip, way: lan, back: lan})
		if err != nil {
			return err
		}
		server, err := p.server.udp(net.JoinHostPort(p.address(), port))
		if err != nil {
			return err
		}
		go echo(server)
		client, err := p.client.udp(net.JoinHostPort(p.own(), "0"))
		if err != nil {
			return err
		}
		for _, n := range sizes {
			data := pattern(n)
			if _, err := client.WriteTo(data, server.LocalAddr()); err != nil {
				return err
			}
			if err := client.SetReadDeadline(within(5 * time.Second)); err != nil {
				return err
			}
			answer := make([]byte, n+1)
			if k, _, err := client.ReadFrom(answer); err != nil || !bytes.Equal(answer[:k], data) {
				return fmt.Errorf("%d of %d bytes come back: %v", k, n, err)
			}
		}
		return l.settle()
	}
}

func udpRefused(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	var client net.Conn
	err = p.client.Inside(func() (err error) {
		client, err = (&net.Dialer{}).DialContext(l.ctx, "udp", net.JoinHostPort(p.address(), port))
		return err
	})
	if err != nil {
		return err
	}
	l.closing(client)
	if _, err := client.Write(pattern(100)); err != nil {
		return err
	}
	if err := client.SetReadDeadline(within(5 * time.Second)); err != nil {
		return err
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("the datagram is not refused: %v", err)
	}
	return l.settle()
}

func udpNoChecksum(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	server, err := p.server.udp(net.JoinHostPort(p.address(), port))
	if err != nil {
		return err
	}
	go echo(server)
	options := []option{{unix.SOL_SOCKET, unix.SO_NO_CHECK, 1}}
	if ip == ipv6 {
		options = []option{{unix.IPPROTO_UDP, unix.UDP_NO_CHECK6_TX, 1}, {unix.IPPROTO_UDP, unix.UDP_NO_CHECK6_RX, 1}}
	}
	client, err := p.client.udp(net.JoinHostPort(p.own(), "0"), options...)
	if err != nil {
		return err
	}
	for _, n := range []int{1, 100, 1000} {
		if _, err := client.WriteTo(pattern(n), server.LocalAddr()); err != nil {
			return err
		}
	}
	return l.settle()
}
