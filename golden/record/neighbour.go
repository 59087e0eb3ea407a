//go:build linux

package record

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func neighbourScenarios() []*Scenario {
	return []*Scenario{
		one("arp-resolve", "an address is asked for and answered; one that nobody has is asked for in vain", "arp", []tool{toolPing},
			func(l *lab) error { return resolve(l, ipv4, "192.0.2.99") }),
		one("nd-resolve", "an address is solicited and advertised; one that nobody has is solicited in vain", "solicitation advertisement",
			[]tool{toolPing}, func(l *lab) error { return resolve(l, ipv6, "2001:db8::99") }),
		one("arp-probe", "arping asks with an empty sender address for one that nobody has, then for one that is taken", "arpprobe",
			[]tool{toolArping}, arpProbe),
		one("arp-conflict", "arping announces the server's address as its own, and the server hears it", "gratuitous",
			[]tool{toolArping}, arpConflict),
		one("arp-announce", "the kernel announces a new address unasked", "gratuitous", nil, arpAnnounce),
		one("arping", "arping asks for the server's address", "arp", []tool{toolArping}, func(l *lab) error {
			p, err := l.connect(plan{ip: ipv4, way: lan, back: lan})
			if err != nil {
				return err
			}
			if err := p.client.runs("arping -c 3 -w 2000000 -i eth0 " + server4); err != nil {
				return err
			}
			return l.settle()
		}),
		one("dad", "two hosts make sure that nobody has their new addresses", "dad mld", nil, dad),
		one("dad-conflict", "a host finds out that its new address is the server's", "dad advertisement", nil, dadConflict),
		one("nd-unreachable", "a neighbour is silent: the host asks it, then everybody", "solicitation", []tool{toolPing}, unreachable),
	}
}

// resolve lets the client ping the server, then somebody who does not exist.
func resolve(l *lab, ip family, nobody string) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	if err := p.client.runs("ping -n -c 1 " + p.address()); err != nil {
		return err
	}
	if out, err := p.client.run("ping", "-n", "-c", "1", "-W", "4", nobody); err == nil {
		return fmt.Errorf("%s answers: %s", nobody, out)
	}
	return l.settle()
}

func arpProbe(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan})
	if err != nil {
		return err
	}
	if _, err := p.client.run(strings.Fields("arping -0 -c 2 -w 1500000 -i eth0 192.0.2.77")...); err == nil {
		return fmt.Errorf("somebody has 192.0.2.77")
	}
	if err := p.client.runs("arping -0 -c 2 -w 1500000 -i eth0 " + server4); err != nil {
		return err
	}
	return l.settle()
}

func arpConflict(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan})
	if err != nil {
		return err
	}
	// Nobody answers an announcement, so arping says that it has failed.
	_, _ = p.client.run("arping", "-U", "-c", "2", "-w", "1500000", "-i", device, "-S", server4, server4)
	return l.settle()
}

func arpAnnounce(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan, clientSet: []string{"ipv4/conf/default/arp_notify=1", "ipv4/conf/all/arp_notify=1"}})
	if err != nil {
		return err
	}
	if err := p.client.ip("link set eth0 down", "addr add 192.0.2.7/24 dev eth0", "link set eth0 up"); err != nil {
		return err
	}
	if err := p.client.await(device); err != nil {
		return err
	}
	if err := p.wait(500 * time.Millisecond); err != nil {
		return err
	}
	return l.settle()
}

func dad(l *lab) error {
	check := []string{"ipv6/conf/default/accept_dad=1"}
	p, err := l.connect(plan{ip: ipv6, way: lan, back: lan, clientSet: check, serverSet: check, fromDown: true})
	if err != nil {
		return err
	}
	if err := p.client.ip("addr add 2001:db8::1:1/64 dev eth0"); err != nil {
		return err
	}
	if err := l.wait(2500 * time.Millisecond); err != nil {
		return err
	}
	return l.settle()
}

func dadConflict(l *lab) error {
	p, err := l.connect(plan{ip: ipv6, way: lan, back: lan, clientSet: []string{"ipv6/conf/default/accept_dad=1"}})
	if err != nil {
		return err
	}
	if err := p.client.ip("addr add " + server6 + "/64 dev eth0"); err != nil {
		return err
	}
	err = l.eventually("the kernel finds the duplicate", func() bool {
		return p.client.has6(func(a netip.Addr, flags uint64) bool {
			return a == netip.MustParseAddr(server6) && flags&unix.IFA_F_DADFAILED != 0
		})
	})
	if err != nil {
		return err
	}
	return l.settle()
}

// unreachable takes the server's answers away after it has been heard of.
func unreachable(l *lab) error {
	p, err := l.connect(plan{ip: ipv6, way: lan, back: lan})
	if err != nil {
		return err
	}
	if err := p.client.set("ipv6/neigh/eth0/base_reachable_time_ms=500", "ipv6/neigh/eth0/delay_first_probe_time=1"); err != nil {
		return err
	}
	if err := p.client.runs("ping -n -c 1 " + server6); err != nil {
		return err
	}
	if err := p.server.ip("link set eth0 arp off down"); err != nil {
		return err
	}
	_, _ = p.client.run("ping", "-n", "-c", "8", "-W", "1", server6) // it fails, as it must
	return l.settle()
}

// has6 tells whether the host has an IPv6 address that is like this, by the kernel's own table.
func (h *host) has6(like func(a netip.Addr, flags uint64) bool) bool {
	found := false
	_ = h.Inside(func() error {
		table, err := os.ReadFile("/proc/thread-self/net/if_inet6")
		for line := range strings.Lines(string(table)) {
			// The address, the interface's number, the prefix length, the scope, the flags (all hexadecimal), the interface.
			f := strings.Fields(line)
			if len(f) != 6 || f[5] != device {
				continue
			}
			b, _ := hex.DecodeString(f[0])
			a, ok := netip.AddrFromSlice(b)
			flags, err := strconv.ParseUint(f[4], 16, 32)
			found = found || ok && err == nil && like(a, flags)
		}
		return err
	})
	return found
}
