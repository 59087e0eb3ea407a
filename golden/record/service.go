//go:build linux

package record

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// serviceScenarios are the protocols by which hosts find their configuration, names and time.
func serviceScenarios() []*Scenario {
	dhcp := []tool{toolDnsmasq, toolDhclient}
	names := []tool{toolDnsmasq, toolDig}
	return []*Scenario{
		one("dhcp", "dhclient gets an address from dnsmasq, asks for the same again as after a restart, and gives it back", "dhcp arp", dhcp, dhcpLease),
		one("dhcp6", "dhclient gets an IPv6 address from dnsmasq", "dhcpv6", dhcp, dhcp6Lease),
		one("dns-v4", "dig asks dnsmasq over UDP and TCP, for what there is and for what there is not", "dns ipv4", names, func(l *lab) error { return dns(l, ipv4) }),
		one("dns-v6", "dig asks dnsmasq over UDP and TCP, for what there is and for what there is not", "dns ipv6", names, func(l *lab) error { return dns(l, ipv6) }),
		one("radvd", "the kernel takes a prefix and a router from radvd and makes an address", "ra rs dad", []tool{toolRadvd}, routerAdvertisement),
		one("radvd-options", "radvd advertises an MTU, DNS servers, a route and short lifetimes", "ra rs", []tool{toolRadvd}, routerOptions),
		one("mdns", "two avahi daemons claim names and announce a service", "mdns", []tool{toolAvahi}, mdns),
		one("ntp-v4", "chrony asks chrony for the time", "ntp ipv4", []tool{toolChrony}, func(l *lab) error { return ntp(l, ipv4) }),
		one("ntp-v6", "chrony asks chrony for the time", "ntp ipv6", []tool{toolChrony}, func(l *lab) error { return ntp(l, ipv6) }),
	}
}

// dnsmasqConfig keeps dnsmasq in the foreground and away from the machine's own configuration.
const dnsmasqConfig = `no-daemon
keep-in-foreground
user=root
no-resolv
no-hosts
pid-file=
dhcp-leasefile=/run/leases
`

func dhcpLease(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan, unnamed: true})
	if err != nil {
		return err
	}
	config, err := l.file("dnsmasq.conf", dnsmasqConfig+`port=0
dhcp-authoritative
dhcp-range=192.0.2.100,192.0.2.110,255.255.255.0,2m
dhcp-option=option:router,192.0.2.254
dhcp-option=option:dns-server,192.0.2.2
dhcp-option=option:mtu,1400
domain=example.test
`)
	if err != nil {
		return err
	}
	if err := p.server.serve("udp 67", "dnsmasq", "-C", config); err != nil {
		return err
	}
	client, err := l.file("dhclient.conf", "request subnet-mask, routers, domain-name, domain-name-servers, interface-mtu;\nsend host-name \"client\";\ntimeout 20;\n")
	if err != nil {
		return err
	}
	script, err := l.file("script", "#!/bin/sh\ncase $reason in BOUND|RENEW|REBIND) ip addr replace $new_ip_address/24 dev $interface;; esac\nexit 0\n")
	if err != nil {
		return err
	}
	base := fmt.Sprintf("dhclient -4 -v -cf %s -sf %s -lf %s/leases -pf %s/pid ", client, script, l.dir, l.dir)
	if err := os.Chmod(script, 0o755); err != nil {
		return err
	}
	if err := p.client.runs(base+"-1 "+device, base+"-1 "+device); err != nil {
		return err
	}
	if err := p.client.runs(base + "-r " + device); err != nil {
		return err
	}
	return l.settle()
}

func dhcp6Lease(l *lab) error {
	p, err := l.connect(plan{ip: ipv6, way: lan, back: lan, unnamed: true})
	if err != nil {
		return err
	}
	config, err := l.file("dnsmasq.conf", dnsmasqConfig+`port=0
dhcp-duid=4660,020000000101
dhcp-authoritative
dhcp-range=2001:db8::100,2001:db8::110,64,2m
dhcp-option=option6:dns-server,[2001:db8::2]
`)
	if err != nil {
		return err
	}
	if err := p.server.serve("udp 547", "dnsmasq", "-C", config); err != nil {
		return err
	}
	client, err := l.file("dhclient.conf", "timeout 20;\n")
	if err != nil {
		return err
	}
	base := fmt.Sprintf("dhclient -6 -v -D LL -cf %s -sf /bin/true -lf %s/leases -pf %s/pid -1 %s", client, l.dir, l.dir, device)
	if err := p.client.runs(base); err != nil {
		return err
	}
	return l.settle()
}

func dns(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	long := strings.Repeat("a long text for an answer that wants TCP ", 6)
	config, err := l.file("dnsmasq.conf", dnsmasqConfig+`port=53
host-record=host.example.test,192.0.2.2,2001:db8::2
cname=alias.example.test,host.example.test
mx-host=example.test,host.example.test,10
srv-host=_mqtt._tcp.example.test,host.example.test,1883,1,2
local=/example.test/
`+strings.Repeat("txt-record=long.example.test,\""+long+"\"\n", 5))
	if err != nil {
		return err
	}
	if err := p.server.serve("udp 53", "dnsmasq", "-C", config); err != nil {
		return err
	}
	at := "dig @" + p.address() + " +tries=1 +time=3 "
	if err := p.client.runs(at+"host.example.test A", at+"host.example.test AAAA", at+"+noedns alias.example.test A", at+"example.test MX",
		at+"_mqtt._tcp.example.test SRV", at+"-x "+p.address(), at+"nothing.example.test A", at+"+tcp host.example.test A",
		at+"+noedns long.example.test TXT", at+"elsewhere.test A"); err != nil {
		return err
	}
	return l.settle()
}

func routerAdvertisement(l *lab) error {
	return advertise(l, "prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous on; };")
}

func routerOptions(l *lab) error {
	return advertise(l, `AdvLinkMTU 1400; AdvReachableTime 20000; AdvRetransTimer 500; AdvCurHopLimit 63; AdvDefaultPreference high;
  prefix 2001:db8:7::/64 { AdvOnLink on; AdvAutonomous on; AdvValidLifetime 60; AdvPreferredLifetime 30; };
  route 2001:db8:f::/48 { AdvRouteLifetime 300; };
  RDNSS 2001:db8::53 2001:db8::54 { AdvRDNSSLifetime 100; };
  DNSSL example.test { AdvDNSSLLifetime 100; };`)
}

// advertise lets the client's kernel ask for routers when its interface comes up.
func advertise(l *lab, what string) error {
	p, err := l.connect(plan{
		ip: ipv6, way: lan, back: lan, unnamed: true, serverSet: []string{"ipv6/conf/all/forwarding=1"},
		clientSet: []string{"ipv6/conf/default/accept_ra=1", "ipv6/conf/default/accept_dad=1", "ipv6/conf/default/router_solicitations=3"},
	})
	if err != nil {
		return err
	}
	if err := p.client.ip("link set eth0 down"); err != nil {
		return err
	}
	config, err := l.file("radvd.conf", "interface "+device+" {\n  AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;\n  "+what+"\n};\n")
	if err != nil {
		return err
	}
	if err := p.server.serve("", "radvd", "-n", "-C", config, "-p", "/run/radvd.pid", "-m", "stderr"); err != nil {
		return err
	}
	if err := p.client.ip("link set eth0 up"); err != nil {
		return err
	}
	err = l.eventually("the client makes an address", func() bool {
		return p.client.has6(func(a netip.Addr, flags uint64) bool {
			return a.IsGlobalUnicast() && flags&unix.IFA_F_TENTATIVE == 0
		})
	})
	if err != nil {
		return err
	}
	return l.wait(2 * time.Second)
}

func mdns(l *lab) error {
	p, err := l.connect(plan{ip: ipv4, way: lan, back: lan})
	if err != nil {
		return err
	}
	for _, h := range []*host{p.client, p.server} {
		config, err := l.file(h.name+".conf", `[server]
host-name=`+h.name+`
domain-name=local
use-ipv4=yes
use-ipv6=no
enable-dbus=no
allow-interfaces=`+device+`
[publish]
publish-hinfo=no
publish-workstation=yes
[rlimits]
`)
		if err != nil {
			return err
		}
		script := fmt.Sprintf("mkdir -p /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits --no-proc-title -f %s", config)
		if err := h.serve("udp 5353", "sh", "-c", script); err != nil {
			return err
		}
	}
	return l.wait(6 * time.Second)
}

func ntp(l *lab, ip family) error {
	p, err := l.connect(plan{ip: ip, way: lan, back: lan})
	if err != nil {
		return err
	}
	config, err := l.file("server.conf", fmt.Sprintf("local stratum 5\nallow all\nbindaddress %s\ncmdport 0\npidfile /run/c.pid\nbindcmdaddress /\n", p.address()))
	if err != nil {
		return err
	}
	// -x: nobody's clock is changed.
	if err := p.server.serve("udp 123", "chronyd", "-x", "-d", "-u", "root", "-f", config); err != nil {
		return err
	}
	client, err := l.file("client.conf", fmt.Sprintf("server %s iburst maxsamples 4\ncmdport 0\npidfile /run/c.pid\nbindcmdaddress /\n", p.address()))
	if err != nil {
		return err
	}
	if err := p.client.runs("chronyd -x -Q -t 12 -u root -f " + client); err != nil {
		return err
	}
	return l.settle()
}
