//go:build linux

package record

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"stackproof/drivers/segment"
)

// Scenario is one exchange that can be recorded.
type Scenario struct {
	Name  string // also the file's name, without .pcapng
	About string // what happens, one sentence
	tools []tool
	guest string   // who speaks besides the kernel and the tools, with a version
	shows []string // figures of contents that must not be 0, or the recording has missed its point
	// prepare does what takes its time, and is not limited to that of a scenario; nil for nothing.
	prepare func(context.Context) error
	run     func(*lab) error
}

// Needs are the Debian packages of the programs at work.
func (s *Scenario) Needs() []string {
	var pkgs []string
	for _, t := range s.tools {
		if !slices.Contains(pkgs, t.pkg) {
			pkgs = append(pkgs, t.pkg)
		}
	}
	return pkgs
}

// All are the scenarios, by name.
func All() []*Scenario {
	all := slices.Concat(tcpScenarios(), tcpTroubleScenarios(), pathScenarios(), datagramScenarios(), neighbourScenarios(),
		groupScenarios(), webScenarios(), serviceScenarios(), lwipScenarios())
	slices.SortFunc(all, func(a, b *Scenario) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find returns the scenarios of these names, or that match these globs (path.Match), each once, by name.
func Find(patterns ...string) ([]*Scenario, error) {
	all := All()
	chosen := make([]bool, len(all))
	for _, p := range patterns {
		found := false
		for i, s := range all {
			ok, err := path.Match(p, s.Name)
			if err != nil {
				return nil, fmt.Errorf("record: bad pattern %q: it is no glob", p)
			}
			chosen[i] = chosen[i] || ok
			found = found || ok
		}
		if !found {
			return nil, fmt.Errorf("record: no scenario is called %q: see --list", p)
		}
	}
	var those []*Scenario
	for i, s := range all {
		if chosen[i] {
			those = append(those, s)
		}
	}
	return those, nil
}

// plan is the usual arrangement: a client and a server on one wire, and what is special about them.
type plan struct {
	ip        family
	seed      uint64
	way       segment.Path // from the client to the server
	back      segment.Path
	clientSet []string // figures below /proc/sys/net
	serverSet []string
	routed    bool // the server is behind a router, on a wire of this MTU
	farMTU    int
	unnamed   bool // the client begins without an address
	fromDown  bool // record from the moment the interfaces come up
}

// pair is a client and a server, ready to speak, with the tape rolling.
type pair struct {
	*lab
	plan
	client, server *host
}

// address of the server, as the client reaches it.
func (p *pair) address() string {
	switch {
	case p.ip == ipv6 && p.routed:
		return farServer6
	case p.ip == ipv6:
		return server6
	case p.routed:
		return farServer4
	}
	return server4
}

// own is the client's address.
func (p *pair) own() string {
	if p.ip == ipv6 {
		return client6
	}
	return client4
}

// connect makes what the plan says.
func (l *lab) connect(pl plan) (*pair, error) {
	var all []string
	if pl.ip == ipv4 {
		all = append(all, "ipv6/conf/default/disable_ipv6=1")
	}
	p := &pair{lab: l, plan: pl}
	var err error
	if p.client, err = l.newHost("client", append(all, pl.clientSet...)...); err != nil {
		return nil, err
	}
	if p.server, err = l.newHost("server", append(all, pl.serverSet...)...); err != nil {
		return nil, err
	}
	near := end{host: p.client, device: device, addresses: p.with(client4+"/24", client6+"/64"), checked: pl.fromDown}
	if pl.unnamed {
		near.addresses = nil
	}
	if pl.fromDown {
		l.tape.roll()
	}
	if pl.routed {
		err = p.route(near, all)
	} else {
		far := end{host: p.server, device: device, addresses: p.with(server4+"/24", server6+"/64"), checked: pl.fromDown}
		err = l.join(true, pl.seed, pl.way, pl.back, near, far)
	}
	if err != nil {
		return nil, err
	}
	l.tape.roll()
	return p, nil
}

// with are the addresses of the plan's family.
func (p *pair) with(a4, a6 string) []string {
	switch p.ip {
	case ipv4:
		return []string{a4}
	case ipv6:
		return []string{a6}
	}
	return nil
}

// route puts a router between the client and the server.
func (p *pair) route(near end, settings []string) error {
	forward := "ipv4/conf/all/forwarding=1"
	if p.ip == ipv6 {
		forward = "ipv6/conf/all/forwarding=1"
	}
	router, err := p.newHost("router", append(settings, forward)...)
	if err != nil {
		return err
	}
	routerNear := end{host: router, device: device, addresses: p.with(router4+"/24", router6+"/64")}
	routerFar := end{host: router, device: farDevice, addresses: p.with(farRouter4+"/24", farRouter6+"/64"), mtu: p.farMTU}
	far := end{host: p.server, device: device, addresses: p.with(farServer4+"/24", farServer6+"/64")}
	if err := p.join(true, p.seed, p.way, p.back, near, routerNear); err != nil {
		return err
	}
	if err := p.join(false, 0, segment.Path{}, segment.Path{}, routerFar, far); err != nil {
		return err
	}
	if p.ip == ipv6 {
		if err := p.client.ip("-6 route add default via " + router6); err != nil {
			return err
		}
		return p.server.ip("-6 route add default via " + farRouter6)
	}
	if err := p.client.ip("route add default via " + router4); err != nil {
		return err
	}
	return p.server.ip("route add default via " + farRouter4)
}

// both makes a scenario for each version of IP.
func both(name, about string, shows string, tools []tool, run func(l *lab, ip family) error) []*Scenario {
	var two []*Scenario
	for _, ip := range []family{ipv4, ipv6} {
		two = append(two, &Scenario{
			Name: fmt.Sprintf("%s-v%d", name, ip), About: fmt.Sprintf("%s, over IPv%d", about, ip), tools: tools,
			shows: append([]string{fmt.Sprintf("ipv%d", ip)}, strings.Fields(shows)...),
			run:   func(l *lab) error { return run(l, ip) },
		})
	}
	return two
}

// one makes a scenario of one version of IP, or of none.
func one(name, about string, shows string, tools []tool, run func(l *lab) error) *Scenario {
	return &Scenario{Name: name, About: about, tools: tools, shows: strings.Fields(shows), run: run}
}
