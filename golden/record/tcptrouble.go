//go:build linux

package record

import (
	"time"

	"golang.org/x/sys/unix"

	"stackproof/drivers/segment"
)

// tcpTroubleScenarios are connections on a bad wire, and with peers that keep each other waiting.
func tcpTroubleScenarios() []*Scenario {
	noSACK := []string{"ipv4/tcp_sack=0"}
	wire := func(f func(*segment.Path)) segment.Path {
		p := segment.Path{Delay: 2 * time.Millisecond}
		f(&p)
		return p
	}
	lossy := wire(func(p *segment.Path) { p.Loss = 0.12 })
	mixed := wire(func(p *segment.Path) { p.Reorder = 0.25; p.Hold = 8 * time.Millisecond; p.Rate = 20e6 })
	twice := wire(func(p *segment.Path) { p.Duplicate = 0.25 })
	broken := wire(func(p *segment.Path) { p.Corrupt = 0.12 })
	tiny := []option{{unix.SOL_SOCKET, unix.SO_RCVBUF, 4096}}
	probing := []option{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1},
	}
	var all []*Scenario
	for _, s := range [][]*Scenario{
		both("tcp-loss", "20 KiB without SACK where one in eight frames is lost on the way", "retransmission", nil,
			talk(plan{seed: 3, way: lossy, back: lan, clientSet: noSACK, serverSet: noSACK}, nil, nil, upload(20<<10))),
		both("tcp-loss-both", "12 KiB each way where one in eight frames is lost in both directions", "retransmission", nil,
			talk(plan{seed: 9, way: lossy, back: lossy}, nil, nil, duplex)),
		both("tcp-sack", "20 KiB with SACK where one in eight frames is lost on the way", "sack retransmission", nil,
			talk(plan{seed: 3, way: lossy, back: lan}, nil, nil, upload(20<<10))),
		both("tcp-reorder", "20 KiB where a quarter of the frames is overtaken", "sack", nil,
			talk(plan{seed: 2, way: mixed, back: lan}, nil, nil, upload(20<<10))),
		both("tcp-duplicate", "20 KiB where a quarter of the frames comes twice", "dsack", nil,
			talk(plan{seed: 2, way: twice, back: twice}, nil, nil, upload(20<<10))),
		both("tcp-corrupt", "20 KiB where a bit is inverted in one in eight frames", "retransmission badsum", nil,
			talk(plan{seed: 5, way: broken, back: lan}, nil, nil, upload(20<<10))),
		both("tcp-zero-window", "the server reads nothing for two seconds, then 20 KiB", "zerowindow windowprobe", nil,
			talk(plan{way: lan, back: lan}, nil, tiny, slowReader)),
		both("tcp-keepalive", "an idle connection on which the client asks every second", "keepalive", nil,
			talk(plan{way: lan, back: lan}, probing, nil, idle)),
	} {
		all = append(all, s...)
	}
	return all
}

func slowReader(p *pair, c *peers) error {
	done := make(chan error, 1)
	go func() {
		_, err := c.client.Write(pattern(bulk))
		done <- err
	}()
	if err := p.wait(2 * time.Second); err != nil {
		return err
	}
	buf := make([]byte, bulk)
	for n := 0; n < bulk; {
		k, err := c.server.Read(buf)
		if err != nil {
			return err
		}
		n += k
	}
	if err := <-done; err != nil {
		return err
	}
	return c.finish()
}

func idle(p *pair, c *peers) error {
	if err := transfer(c.client, c.server, 100); err != nil {
		return err
	}
	if err := p.wait(3500 * time.Millisecond); err != nil {
		return err
	}
	if err := transfer(c.server, c.client, 100); err != nil {
		return err
	}
	return c.finish()
}
