//go:build tinygo

package main

import (
	"time"
	_ "unsafe" // go:align

	"stackproof/cmd/firmware/bench/traffic"
	"stackproof/cmd/firmware/board"
	"stackproof/drivers/emac"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// Memory: a connection with 32 KB each way, and the driver's default rings.
const (
	firstPort     = 50_000 // another one for each run: the last connection may still be in TIME-WAIT at the partner
	queue         = 32 << 10
	chunk         = traffic.Period // bytes that the application reads or writes at a time
	linkPatience  = 10 * time.Second
	quietPatience = 20 * time.Second     // without a byte
	lingering     = 5 * time.Millisecond // for the last of a connection
	retransmitted = stack.TCPRetransmitted
)

//go:align 64
var ring [2 * emac.DefaultRing * (emac.DescriptorSize + emac.BufferSize)]byte

var (
	driver     emac.Driver
	host       stack.Stack
	rows       [2]stack.TCPConn
	queues     [2 * queue]byte
	neighbours [2]neighbour.Entry
	waiting    [1500]byte
	pattern    [chunk + traffic.Period]byte
	scratch    [chunk]byte
	runs       byte // how many there were
)

// transfer is what is under way, and what came of it.
var transfer struct {
	id                int
	receive, send     uint32 // bytes to move
	received, sent    uint32
	wrong             uint32 // pieces that are not what should have come
	segment           int
	over              bool
	failed            stack.Cause
	begun, end, moved time.Duration
	ticks             uint64
}

func prepare() { traffic.Fill(pattern[:]) }

// now is the board's time. It begins with an hour: an application runs for long, and long times cost more to divide.
func now() time.Duration { return time.Hour + time.Duration(board.Ticks()*125/2) }

// run moves the bytes; an empty problem says that all went well.
func run(receive, send uint32, offload, timestamps bool) (problem string) {
	if problem = open(offload, timestamps); problem != "" {
		return problem
	}
	t := &transfer
	t.id, t.receive, t.send, t.received, t.sent, t.wrong, t.over, t.failed = -1, receive, send, 0, 0, 0, false, stack.OK
	limit := now() + linkPatience
	for driver.State() != emac.Up {
		if now() > limit {
			return "no link"
		}
		driver.Poll(now())
	}
	id, c := host.TCPConnect(now(), wire.Addr{}, firstPort+uint16(runs), wire.IPv4(192, 0, 2, traffic.Partner), traffic.Port)
	if c != stack.OK {
		return "connect"
	}
	limit = now() + linkPatience
	for host.TCPStatus(id) != stack.OK {
		if now() > limit || host.TCPStatus(id) != stack.InProgress {
			return "no connection"
		}
		work()
	}
	var head [traffic.RequestSize]byte
	traffic.Request{Receive: receive, Send: send}.Put(&head)
	if n, _ := host.TCPWrite(id, head[:]); n != len(head) {
		return "no room for the request"
	}
	t.id, t.segment = id, host.TCPMaxSeg(id)
	return measure()
}

// open makes driver and stack anew.
func open(offload, timestamps bool) (problem string) {
	runs++
	mac := wire.MAC{2, 0, 0, 0, 0, traffic.Image}
	dc := emac.Config{
		Address: mac, Memory: ring[:], Receive: emac.DefaultRing, Transmit: emac.DefaultRing, PHY: board.PHYAddress,
		BusHz: board.EMAC{}.BusHz(), Checksums: offload,
	}
	if driver.Init(board.EMAC{}, &dc, now()) != emac.Fine {
		return "the driver's configuration"
	}
	sc := stack.Config{
		MAC: mac, MTU: 1500, Entropy: [32]byte{2, runs}, ChecksumByDevice: offload,
		IPv4: wire.Prefix{Addr: wire.IPv4(192, 0, 2, traffic.Image), Bits: 24},
	}
	if !timestamps {
		sc.TCPWithout = tcp.Timestamps
	}
	st := stack.Storage{Neighbours: neighbours[:], Waiting: waiting[:], TCP: rows[:], TCPBuffer: queues[:], TCPSlots: 1}
	if host.Init(&sc, &st, &driver) != stack.InitOK {
		return "the stack's configuration"
	}
	return ""
}

// measure moves the bytes while both pins tell of it.
func measure() (problem string) {
	t := &transfer
	t.begun = now()
	t.moved = t.begun
	start := board.Ticks()
	board.Meter{}.Measuring(true)
	for {
		board.Meter{}.Working(true)
		next := work()
		board.Meter{}.Working(false)
		if now()-t.moved > quietPatience {
			t.over, t.failed = true, stack.TimedOut
		}
		if t.over {
			break
		}
		idle(next)
	}
	board.Meter{}.Measuring(false)
	t.ticks = board.Ticks() - start
	host.TCPClose(now(), t.id)
	t.id = -1
	for until := now() + lingering; now() < until; {
		work()
	}
	switch {
	case t.failed != stack.OK:
		return "the connection failed"
	case t.wrong > 0:
		return "other bytes came than should have"
	}
	return ""
}

// idle waits for the EMAC's interrupt, whose line this looks at, or until a time.
func idle(until time.Duration) {
	const summaries = emac.StatusNIS | emac.StatusAIS
	e := board.EMAC{}
	for e.Read(emac.Status)&e.Read(emac.IntEnable)&^summaries == 0 && now() < until {
	}
}

// work is what an interrupt or a deadline leads to: all that driver, stack and application have to do.
func work() (next time.Duration) {
	driver.Interrupt()
	for {
		at := now()
		next = driver.Poll(at)
		up, _, _ := driver.Link()
		host.SetLink(at, up)
		due, ok := host.Poll(at)
		if move(at) {
			due, ok = host.Poll(at)
		}
		if ok {
			next = min(next, due)
		}
		if next > at {
			break
		}
	}
	driver.EnableInterrupt()
	return next
}

// move is the application: it reads and writes what it can. moved says that there was something.
func move(at time.Duration) (moved bool) {
	t := &transfer
	if t.id < 0 {
		return false
	}
	for t.sent < t.send {
		from := t.sent % traffic.Period
		n, _ := host.TCPWrite(t.id, pattern[from:][:min(t.send-t.sent, chunk)])
		if n == 0 {
			break
		}
		moved, t.moved = true, at
		if t.sent += uint32(n); t.sent == t.send {
			host.TCPShutdownWrite(t.id) // with the end of the stream its last, short segment need not wait (Nagle)
		}
	}
	for {
		n, c := host.TCPRead(t.id, scratch[:], false)
		if n == 0 {
			if t.over = c != stack.WouldBlock; t.over && (c != stack.EOF || t.received != t.receive) {
				t.failed = stack.Reset
			}
			return moved
		}
		moved, t.moved = true, at
		// Both ends of each piece: its middle is what the checksum vouches for.
		if first := t.received % traffic.Period; scratch[0] != pattern[first] || scratch[n-1] != pattern[int(first)+n-1] {
			t.wrong++
		}
		t.received += uint32(n)
	}
}
