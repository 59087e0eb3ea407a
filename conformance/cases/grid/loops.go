package grid

import (
	"fmt"
	"time"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// tcpLoops are cases about TCP that do one thing many times over.
func tcpLoops() []*build.Case {
	return []*build.Case{
		manyUnacceptable(), manyHoles(), manyDuplicates(), windowCloses(50), windowCloses(333), windowCloses(536),
	}
}

// manyUnacceptable is a peer that insists on being wrong.
func manyUnacceptable() *build.Case {
	const phrase = "the connection lives on"
	c := build.New("tcp/data/many-unacceptable", "Segments that lie outside the window are answered, however many come, and never end a connection.").
		Reqs(outside).Level(script.Must).Bug("lneto-reject-limit").Forms(both...).Twin("out tcp.ack+1", phrase)
	enterEstablished(c)
	for i := range 20 {
		c.After(time.Second).In(data("P.", 1+far, 1)).Out(own(1, 1), fmt.Sprintf("answer %d", i+1))
	}
	return c.After(time.Second).In(data("P.", 1, 1)).Within(5*tick).Out(own(1, 11), phrase).
		Line("read(4, ..., 1000) = 10", "and the stream has no hole")
}

// manyHoles is a segment in ten pieces, every second of which comes first.
func manyHoles() *build.Case {
	const pieces, size = 30, 20
	const phrase = "all is there"
	c := build.New("tcp/data/many-holes", "More holes than a receiver keeps count of do not confuse it: what it does not keep comes again.").
		Reqs("RFC9293 SHLD-31", "RFC9293:3.10.7.4:12").Level(script.Must).Bug("smoltcp#261").Forms(both...).Twin("out tcp.ack+1", phrase)
	c.Do("knob tcp.sack = 0")
	enterEstablished(c)
	for i := uint32(1); i < pieces; i += 2 {
		c.In(build.TCP("P.", 1+i*size, size).Ack(1).Win(65535)).Out(own(1, 1), fmt.Sprintf("piece %d leaves a hole", i+1))
	}
	c.After(tick).In(build.TCP("P.", 1, pieces*size).Ack(1).Win(65535)).Within(5*tick).Out(own(1, 1+pieces*size), phrase)
	return c.Line(fmt.Sprintf("read(4, ..., 2000) = %d", pieces*size), "and in order")
}

// manyDuplicates is a peer that misses a segment and has much to say: more duplicates than eight bits count.
func manyDuplicates() *build.Case {
	const phrase = "what follows is new"
	c := build.New("tcp/loss/many-duplicates", "The third duplicate ACK brings the missing segment; no later one does, however many come.").
		Reqs("RFC5681:3.2:1").Level(script.Should).Bug("smoltcp#224").Forms(both...).Twin("out tcp.seq+1", phrase)
	c.Do("knob tcp.sack = 0")
	enterEstablished(c)
	c.Do("write(4, ..., 1000) = 1000").Out(build.TCP("P.", 1, 1000).Ack(1), "the text").After(tick)
	for i := range 300 {
		if c.In(ack(1, 1)); i == 2 {
			c.Out(build.TCP("P.", 1, 1000).Ack(1), "the missing segment")
		}
	}
	c.After(tick).In(ack(1, 1001))
	return c.Do("write(4, ..., 100) = 100").Out(build.TCP("P.", 1001, 100).Ack(1), phrase)
}

// windowCloses fills the receive queue with segments of one size.
func windowCloses(size uint32) *build.Case {
	const queue = 1000
	const phrase = "the window is closed"
	c := build.New(fmt.Sprintf("tcp/data/window-closes-%d", size),
		fmt.Sprintf("The window closes when the queue is full, also where that is filled by %d bytes at a time.", size)).
		Reqs("RFC9293 SHLD-14", "RFC9293 MUST-39").Level(script.Must).Bug("gvisor#4903").Forms(both...).Twin("out tcp.win+1", phrase)
	c.Do(fmt.Sprintf("knob tcp.recv-buffer = %d", queue))
	enterEstablished(c)
	for at := uint32(0); at < queue; at += size {
		n := min(size, queue-at)
		what := fmt.Sprintf("%d bytes have room", queue-at-n)
		if at+n == queue {
			what = phrase
		}
		c.After(time.Second).In(build.TCP("P.", 1+at, uint16(n)).Ack(1).Win(65535)).
			Within(5*tick).Out(own(1, 1+at+n).Win(queue-at-n), what)
	}
	c.Line("read(4, ..., 2000) = 1000", "all of it is there")
	return c.Out(own(1, 1+queue).Win(queue), "the window opens")
}
