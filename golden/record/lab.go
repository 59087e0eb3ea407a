//go:build linux

package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stackproof/drivers/netns"
	"stackproof/drivers/segment"
	"stackproof/drivers/tap"
)

// The hosts' addresses, all from the ranges for documentation. The server's far ones are behind the router.
const (
	client4, server4, router4 = "192.0.2.1", "192.0.2.2", "192.0.2.254"
	client6, server6, router6 = "2001:db8::1", "2001:db8::2", "2001:db8::fe"
	farServer4, farRouter4    = "198.51.100.2", "198.51.100.254"
	farServer6, farRouter6    = "2001:db8:1::2", "2001:db8:1::fe"
)

// device is the name of a host's interface; a router has a second one.
const (
	device    = "eth0"
	farDevice = "eth1"
)

// family is the version of IP that a scenario is about.
type family int

const (
	noIP family = 0
	ipv4 family = 4
	ipv6 family = 6
)

// lab is where one scenario happens.
type lab struct {
	ctx      context.Context
	cancel   context.CancelFunc
	tape     *tape
	dir      string // for the programs' files
	closers  []func() error
	stations int // how many interfaces there are
}

// host is a network namespace with an interface on the wire.
type host struct {
	*netns.Namespace
	lab  *lab
	name string
}

func newLab(ctx context.Context) (*lab, error) {
	dir, err := os.MkdirTemp("", "stackproof-record-")
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	l := &lab{ctx: ctx, cancel: cancel, tape: &tape{}, dir: dir}
	l.atEnd(func() error { return os.RemoveAll(dir) })
	return l, nil
}

// limit is how long a scenario may take.
const limit = 60 * time.Second

// atEnd has f run when the lab closes; what came last goes first.
func (l *lab) atEnd(f func() error) { l.closers = append(l.closers, f) }

// close ends the programs and takes everything down.
func (l *lab) close() error {
	l.cancel()
	var all error
	for i := len(l.closers) - 1; i >= 0; i-- {
		all = errors.Join(all, l.closers[i]())
	}
	return all
}

// closing closes c when the lab's time is over, or its work: a peer that waits in c then ends.
func (l *lab) closing(c io.Closer) {
	context.AfterFunc(l.ctx, func() { _ = c.Close() })
}

// newHost makes a namespace; settings are figures below /proc/sys/net, "NAME=VALUE".
func (l *lab) newHost(name string, settings ...string) (*host, error) {
	ns, err := netns.New()
	if err != nil {
		return nil, err
	}
	l.atEnd(ns.Close)
	h := &host{ns, l, name}
	// Only what the scenario is about shall be heard.
	quiet := []string{
		"ipv6/conf/default/accept_dad=0", "ipv6/conf/default/router_solicitations=0", "ipv6/conf/default/accept_ra=0",
	}
	if err := h.set(append(quiet, settings...)...); err != nil {
		return nil, err
	}
	return h, h.ip("link set lo up")
}

// set writes figures below /proc/sys/net.
func (h *host) set(settings ...string) error {
	return h.Inside(func() error {
		for _, s := range settings {
			name, value, _ := strings.Cut(s, "=")
			if err := os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0); err != nil {
				return fmt.Errorf("the kernel does not take %s: %w", s, err)
			}
		}
		return nil
	})
}

// ip configures the host, a step a line.
func (h *host) ip(steps ...string) error {
	tool, err := lookPath("ip")
	if err != nil {
		return err
	}
	return h.Inside(func() error {
		for _, step := range steps {
			cmd := exec.CommandContext(h.lab.ctx, tool, strings.Fields(step)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("%s: ip %s: %w: %s", h.name, step, err, bytes.TrimSpace(out))
			}
		}
		return nil
	})
}

// end is one end of a wire: a host's interface, with its addresses.
type end struct {
	host      *host
	device    string
	addresses []string // with prefix lengths; may be none
	mtu       int      // 0: 1500
	checked   bool     // IPv6 addresses are checked for duplicates; otherwise they hold at once
}

// join connects two ends by a wire with these faults in each direction. The wire that record is set for is recorded.
func (l *lab) join(record bool, seed uint64, way segment.Path, back segment.Path, ends ...end) error {
	cfg := segment.Config{Seed: seed, Ports: []segment.Paths{{Tx: way}, {Tx: back}}}
	if record {
		cfg.Tap = l.tape
	}
	var devices []segment.Device
	for i, e := range ends {
		d, err := l.plug(e, i+1)
		if err != nil {
			return err
		}
		devices = append(devices, d)
	}
	live, err := segment.Start(cfg, devices...)
	if err != nil {
		return err
	}
	l.atEnd(live.Close)
	for _, e := range ends {
		if err := e.host.ip("link set " + e.device + " up"); err != nil {
			return err
		}
	}
	for _, e := range ends {
		if err := e.host.await(e.device); err != nil {
			return err
		}
	}
	return nil
}

// plug makes the interface of an end and sets it up, but for "up". Its hardware address is administered locally and has the
// number of the station, and of the end.
func (l *lab) plug(e end, number int) (segment.Device, error) {
	var d *tap.Device
	err := e.host.Inside(func() (err error) { d, err = tap.Open(e.device); return err })
	if err != nil {
		return nil, err
	}
	l.atEnd(d.Close)
	l.stations++
	mtu := e.mtu
	if mtu == 0 {
		mtu = 1500
	}
	steps := []string{fmt.Sprintf("link set %s address 02:00:00:00:%02x:%02x mtu %d", e.device, l.stations, number, mtu)}
	for _, a := range e.addresses {
		step := fmt.Sprintf("addr add %s dev %s", a, e.device)
		if strings.Contains(a, ":") && !e.checked {
			step += " nodad"
		}
		steps = append(steps, step)
	}
	return d, e.host.ip(steps...)
}

// await waits until the kernel really sends through the device: what it is given in the first moments it drops.
func (h *host) await(device string) error {
	return h.lab.eventually(device+" of the "+h.name+" comes up", func() bool {
		up := false
		_ = h.Inside(func() error {
			i, err := net.InterfaceByName(device)
			up = err == nil && i.Flags&net.FlagRunning != 0
			return nil
		})
		return up
	})
}

// eventually waits until done is true; what says what it waits for.
func (l *lab) eventually(what string, done func() bool) error {
	for !done() {
		if err := l.wait(5 * time.Millisecond); err != nil {
			return fmt.Errorf("in vain: %s: %w", what, err)
		}
	}
	return nil
}

// wait lets time pass, which is real here.
func (l *lab) wait(d time.Duration) error {
	select {
	case <-l.ctx.Done():
		return l.ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// settle waits until the wire has been quiet for a while, at most some seconds.
func (l *lab) settle() error {
	for range 20 {
		before := l.tape.count()
		if err := l.wait(250 * time.Millisecond); err != nil {
			return err
		}
		if l.tape.count() == before {
			break
		}
	}
	return nil
}
