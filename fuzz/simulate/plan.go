package simulate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stackproof/drivers/segment"
)

// Plan is what a seed comes to: who is there, what they do, and what goes wrong. It is the same whatever is left out of
// it, so that a failure can be made smaller.
type Plan struct {
	Seed   uint64
	Safety time.Duration // how long things go wrong; the network heals then
	Cables [lans]segment.Path
	Swarm  []string // the kinds of faults that there may be
	Hosts  []HostPlan
	Apps   []AppPlan
	Faults []Fault
	Small  bool // hosts have little memory
}

// lans is how many wires there are. A router joins them.
const lans = 2

// HostPlan is a host.
type HostPlan struct {
	ID      int
	LAN     int
	Face    string // posix, lwip, or peer: lwIP itself in a child process
	EMAC    bool   // on the driver and the modelled hardware
	Conns   int    // rows of TCP
	Sockets int
	Queue   int // bytes of a TCP queue, each way
	Backlog int
	Keep    time.Duration // idle time before a keep-alive
	Block   bool          // its streams' calls wait
	Lazy    bool          // its servers of datagrams look only now and then
}

func (h *HostPlan) name() string { return fmt.Sprintf("host%d", h.ID) }

// AppPlan is an application: a client on one host that talks to a server on another, over and over.
type AppPlan struct {
	ID     int
	Kind   string
	Client int // hosts
	Server int
	IPv6   bool
	Up     int // bytes from the client to the server in a round, or the longest datagram
	Down   int // bytes back
	Rounds int
	Many   int // connections at the same time
	Think  time.Duration
	Pause  time.Duration // how long the reader stops in the middle
}

func (a *AppPlan) name() string { return fmt.Sprintf("app%d", a.ID) }

// Kinds of applications.
const (
	appPush    = "push"    // the client sends, half-closes, and gets an answer behind the end
	appFetch   = "fetch"   // the server sends and closes first
	appChat    = "chat"    // requests and responses
	appBoth    = "both"    // both send at once
	appSlow    = "slow"    // the server stops reading for a while
	appChurn   = "churn"   // many short connections at the same time
	appSame    = "same"    // the client has the same port again, the server closes first
	appAbort   = "abort"   // one side resets in the middle
	appNobody  = "nobody"  // nobody listens
	appNumbers = "numbers" // datagrams with sequence numbers, and their echoes
	appLong    = "long"    // datagrams in fragments
	appGroup   = "group"   // datagrams to a group
	appGuess   = "guess"   // datagrams to a port that nobody has
	appStorm   = "storm"   // bursts of datagrams
)

var appKinds = []string{
	appPush, appPush, appFetch, appFetch, appChat, appBoth, appSlow, appChurn, appSame, appAbort, appNobody, appNumbers,
	appLong, appGroup, appGuess, appStorm,
}

// Fault is something that goes wrong for a while.
type Fault struct {
	ID       int
	Kind     string
	Host     int // that it is about
	LAN      int
	From, To time.Duration
	Rate     float64       // probability for a frame
	Span     time.Duration // delay
	Number   int           // MTU, or which variant
}

func (f *Fault) name() string { return fmt.Sprintf("fault%d", f.ID) }

// Kinds of faults.
const (
	faultLoss      = "loss"
	faultDuplicate = "duplicate"
	faultCorrupt   = "corrupt"
	faultReorder   = "reorder"
	faultDelay     = "delay"
	faultSlow      = "slow line"
	faultPartition = "partition" // of the two wires, or of a host, perhaps in one direction
	faultFlap      = "link flap" // that the host notices
	faultEMAC      = "EMAC"
	faultBuffers   = "no buffers" // for transmission
	faultJump      = "time jump"  // a host does nothing for a while, and finds that time has passed
	faultReboot    = "reboot"
	faultMTU       = "MTU"
	faultHostile   = "hostile"
	faultMemory    = "memory" // hosts have little of it
)

var faultKinds = []string{
	faultLoss, faultDuplicate, faultCorrupt, faultReorder, faultDelay, faultSlow, faultPartition, faultFlap, faultEMAC,
	faultBuffers, faultJump, faultReboot, faultMTU, faultHostile, faultMemory,
}

// Variants of faultReboot.
const (
	rebootFresh = iota // new sequence numbers, as good hosts have them
	rebootClock        // the same numbers, which go on with the clock
	rebootSame         // and the clock begins at zero: the numbers of the first life once more
	reboots
)

// Variants of faultHostile.
const (
	hostileReset = iota
	hostileSYN
	hostileICMP
	hostileFlood
	hostileMangle
	hostiles
)

// NewPlan draws the plan of a seed. minutes is how long things go wrong, 0: as the seed has it. peer: one of the hosts may
// be lwIP itself.
func NewPlan(seed uint64, minutes float64, peer bool) *Plan {
	p := &Plan{Seed: seed}
	d := newDice(seed, "length")
	p.Safety = d.span(20*time.Second, 60*time.Second)
	if minutes > 0 {
		p.Safety = time.Duration(minutes * float64(time.Minute))
	}
	d = newDice(seed, "swarm")
	share := pick(d, .15, .3, .5, .7) // some seeds are quiet, so that a fault is seen alone
	for _, k := range faultKinds {
		if d.often(share) {
			p.Swarm = append(p.Swarm, k)
		}
	}
	p.Small = p.has(faultMemory)
	for i := range p.Cables {
		d := newDice(seed, fmt.Sprint("cable ", i))
		p.Cables[i] = segment.Path{
			Rate: pick(d, int64(10_000_000), 100_000_000), Queue: pick(d, 32<<10, 64<<10),
			Delay: pick(d, 50*time.Microsecond, time.Millisecond, 10*time.Millisecond, 40*time.Millisecond),
		}
	}
	p.drawHosts(peer)
	p.drawApps()
	p.drawFaults()
	return p
}

// LeastMinutes is the shortest time in which something can go wrong.
const LeastMinutes = .05

func (p *Plan) has(kind string) bool { return slices.Contains(p.Swarm, kind) }

func (p *Plan) drawHosts(peer bool) {
	n := newDice(p.Seed, "hosts").between(2, 5)
	for i := range n {
		d := newDice(p.Seed, fmt.Sprint("host ", i))
		h := HostPlan{
			ID: i, LAN: pick(d, 0, 0, 1), Face: pick(d, "posix", "posix", "lwip"), EMAC: d.often(.2),
			Conns: pick(d, 24, 40, 64), Sockets: 48, Queue: pick(d, 1024, 2048, 4096, 8192, 16384, 60_000),
			Backlog: pick(d, 2, 5, 10), Keep: d.span(20*time.Second, 60*time.Second).Truncate(time.Second), Block: d.often(.3), Lazy: d.often(.2),
		}
		if p.Small {
			h.Conns, h.Sockets, h.Queue = d.between(6, 12), d.between(8, 20), min(h.Queue, 4096)
		}
		if h.Face == "lwip" {
			h.Sockets = min(h.Sockets, 20)
		}
		p.Hosts = append(p.Hosts, h)
	}
	if d := newDice(p.Seed, "peer"); peer && n > 2 && d.often(.5) {
		h := &p.Hosts[n-1]
		h.Face, h.EMAC, h.Block = "peer", false, false // a call of lwIP's that is given up costs a descriptor
		h.Conns, h.Sockets, h.Queue, h.Backlog = 16, 10, 4096, 5
	}
}

func (p *Plan) drawApps() {
	n := newDice(p.Seed, "apps").between(2, 6)
	for i := range n {
		d := newDice(p.Seed, fmt.Sprint("app ", i))
		a := AppPlan{ID: i, Kind: pick(d, appKinds...), IPv6: d.often(.4), Client: d.IntN(len(p.Hosts))}
		a.Server = (a.Client + 1 + d.IntN(len(p.Hosts)-1)) % len(p.Hosts)
		a.Up, a.Down = p.volume(d), p.volume(d)
		a.Rounds, a.Many, a.Think = 1, 1, d.span(10*time.Millisecond, 3*time.Second)
		a.Pause = d.span(100*time.Millisecond, 8*time.Second)
		a.shape(d, p)
		p.Apps = append(p.Apps, a)
	}
}

// peer tells whether a host is another stack.
func (p *Plan) peer(host int) bool { return p.Hosts[host].Face == "peer" }

// volume draws how many bytes go one way.
func (p *Plan) volume(d dice) int {
	return pick(d, 1, 100, 1460, 5000, 20_000, 60_000, 150_000)
}

// shape makes the application one of its kind.
func (a *AppPlan) shape(d dice, p *Plan) {
	most := 8000                              // of a datagram
	if p.peer(a.Client) || p.peer(a.Server) { // lwIP with ESP-IDF's options has ten descriptors, and no long queues
		most = 1400
		switch a.Kind {
		case appChurn, appGroup, appStorm, appLong:
			a.Kind = appChat
		}
	}
	if p.has(faultCorrupt) {
		// Two bits that are inverted, one in each of two fragments, can leave a checksum as it was.
		most = 500
	}
	switch a.Kind {
	case appFetch, appSame:
		a.Up = 0
		a.Down = min(a.Down, 60_000)
	case appChat:
		a.Up, a.Down, a.Rounds = min(a.Up, 5000), min(a.Down, 5000), d.between(2, 40)
	case appSlow:
		a.Up, a.Down = max(a.Up, 60_000), 1
	case appChurn:
		a.Up, a.Down, a.Many, a.Think = min(a.Up, 1460), min(a.Down, 5000), d.between(4, 12), a.Think/4
	case appAbort:
		a.Up = max(a.Up, 5000)
	case appNumbers, appStorm, appGuess:
		a.Up, a.Think = pick(d, 0, 18, 400, 500, 1000, 1400), a.Think/4+10*time.Millisecond
	case appLong:
		a.Up, a.Think = pick(d, 2000, 4000, 8000), a.Think/2+20*time.Millisecond
	case appGroup:
		a.Up = pick(d, 18, 400, 1200)
	}
	if a.datagrams() {
		a.Up = min(a.Up, most)
	}
}

// datagrams tells whether the application sends datagrams.
func (a *AppPlan) datagrams() bool {
	switch a.Kind {
	case appNumbers, appLong, appGroup, appGuess, appStorm:
		return true
	}
	return false
}

func (p *Plan) drawFaults() {
	for _, kind := range p.Swarm {
		n := newDice(p.Seed, "number of "+kind).between(1, 3)
		for i := range n {
			d := newDice(p.Seed, fmt.Sprint(kind, i))
			f := Fault{ID: len(p.Faults), Kind: kind, Host: d.IntN(len(p.Hosts)), LAN: d.IntN(lans)}
			f.From = d.span(time.Second, p.Safety-time.Second)
			f.To = min(p.Safety, f.From+d.span(200*time.Millisecond, p.Safety/2))
			f.Rate = pick(d, .01, .03, .1, .25)
			f.Span = d.span(time.Millisecond, 300*time.Millisecond)
			if f.shape(d, p) {
				p.Faults = append(p.Faults, f)
			}
		}
	}
	for i := range p.Faults {
		p.Faults[i].ID = i
	}
}

// shape makes the fault one of its kind; false: the network cannot have it.
func (f *Fault) shape(d dice, p *Plan) bool {
	peer := p.Hosts[f.Host].Face == "peer"
	switch f.Kind {
	case faultMemory:
		return false // hosts are made so
	case faultCorrupt:
		f.Rate = min(f.Rate, .1)
	case faultSlow:
		f.Number = pick(d, 128_000, 1_000_000)
	case faultPartition:
		f.Number = d.IntN(4) // both, what the host sends, what it gets, the whole wire
		f.To = min(p.Safety, f.From+d.span(time.Second, 20*time.Second))
	case faultFlap, faultBuffers:
		f.To = min(f.To, f.From+d.span(50*time.Millisecond, 5*time.Second))
	case faultJump:
		f.To = min(f.To, f.From+d.span(time.Millisecond, pick(d, 50*time.Millisecond, longJump)))
		return !peer
	case faultReboot:
		f.Number = d.IntN(reboots)
		f.To = f.From + pick(d, d.span(200*time.Millisecond, 10*time.Second), d.span(time.Minute, 4*time.Minute))
		if f.Number == rebootSame {
			f.To = max(f.To, f.From+quiet)
		}
	case faultMTU:
		f.Number = pick(d, 1280, 1400, 1300)
	case faultHostile:
		f.Number = d.IntN(hostiles)
	case faultEMAC:
		f.Number = d.IntN(emacFaults)
		for i := range p.Hosts {
			if h := (f.Host + i) % len(p.Hosts); p.Hosts[h].EMAC {
				f.Host = h
				return true
			}
		}
		return false
	}
	return true
}

const (
	// longJump is how long a host does nothing at most. What has come to it waits.
	longJump = 10 * time.Second
	// quiet is longer than a segment can live in the network, and so for how long a host keeps quiet that may use the same
	// sequence numbers again (RFC 9293 3.4.3).
	quiet = longJump + 4*time.Second
)

// Print says what will happen.
func (p *Plan) Print(w io.Writer) {
	fmt.Fprintf(w, "plan of seed %d: faults for %v, then a sound network\n", p.Seed, p.Safety)
	for i, c := range p.Cables {
		fmt.Fprintf(w, "  lan%d    %d Mbit/s, delay %v\n", i, c.Rate/1_000_000, c.Delay)
	}
	for i := range p.Hosts {
		h := &p.Hosts[i]
		on := ""
		if h.EMAC {
			on = ", on the Ethernet driver"
		}
		fmt.Fprintf(w, "  %-7s on lan%d, %s sockets%s, %d connections, queues of %d bytes\n", h.name(), h.LAN, h.Face, on, h.Conns, h.Queue)
	}
	for i := range p.Apps {
		a := &p.Apps[i]
		ip := "IPv4"
		if a.IPv6 {
			ip = "IPv6"
		}
		fmt.Fprintf(w, "  %-7s %-7s host%d to host%d over %s: up %d, down %d, %d rounds, %d at a time, every %v\n", a.name(), a.Kind, a.Client,
			a.Server, ip, a.Up, a.Down, a.Rounds, a.Many, a.Think)
	}
	for i := range p.Faults {
		f := &p.Faults[i]
		fmt.Fprintf(w, "  %-7s %-10s %8v to %8v %s\n", f.name(), f.Kind, f.From, f.To, f.about())
	}
}

// about is what the fault is about.
func (f *Fault) about() string {
	switch f.Kind {
	case faultLoss, faultDuplicate, faultCorrupt, faultReorder:
		return fmt.Sprintf("host%d, %v of the frames", f.Host, f.Rate)
	case faultDelay:
		return fmt.Sprintf("host%d, up to %v", f.Host, f.Span)
	case faultSlow:
		return fmt.Sprintf("host%d, %d bit/s", f.Host, f.Number)
	case faultPartition:
		return []string{
			fmt.Sprintf("host%d", f.Host), fmt.Sprintf("what host%d sends", f.Host), fmt.Sprintf("what host%d gets", f.Host),
			fmt.Sprintf("lan%d", f.LAN),
		}[f.Number]
	case faultReboot:
		return fmt.Sprintf("host%d, %s", f.Host, []string{"new numbers", "the same numbers", "the same numbers from the start"}[f.Number])
	case faultMTU:
		return fmt.Sprintf("%d bytes from the router to lan%d", f.Number, f.LAN)
	case faultHostile:
		return fmt.Sprintf("lan%d, %s", f.LAN, []string{"forged resets", "forged SYNs", "forged ICMP", "a flood of SYNs", "malformed frames"}[f.Number])
	case faultEMAC:
		return fmt.Sprintf("host%d, %s", f.Host, emacFaultNames[f.Number])
	}
	return fmt.Sprintf("host%d", f.Host)
}

// Names lists all that can be left out of a plan.
func (p *Plan) Names() (names []string) {
	for i := range p.Faults {
		names = append(names, p.Faults[i].name())
	}
	for i := range p.Apps {
		names = append(names, p.Apps[i].name())
	}
	for i := range p.Hosts {
		names = append(names, p.Hosts[i].name())
	}
	return names
}

// Without leaves things out: what a host does and suffers goes with it. An error: there is no such thing.
func (p *Plan) Without(names ...string) error {
	known := p.Names()
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("simulate: seed %d has no %q to leave out: it has %s", p.Seed, n, strings.Join(known, ", "))
		}
	}
	gone := func(host int) bool { return slices.Contains(names, fmt.Sprint("host", host)) }
	p.Apps = slices.DeleteFunc(p.Apps, func(a AppPlan) bool {
		return slices.Contains(names, a.name()) || gone(a.Client) || gone(a.Server)
	})
	p.Faults = slices.DeleteFunc(p.Faults, func(f Fault) bool {
		return slices.Contains(names, f.name()) || f.onHost() && gone(f.Host)
	})
	p.Hosts = slices.DeleteFunc(p.Hosts, func(h HostPlan) bool { return gone(h.ID) })
	return nil
}

// onHost tells whether the fault is about a host.
func (f *Fault) onHost() bool {
	return f.Kind != faultMTU && f.Kind != faultHostile && (f.Kind != faultPartition || f.Number != 3)
}
