package robust

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	fixed    = "RFC9293:3.1:1"
	harmless = "RFC9293 MUST-7"
	lengthed = "RFC9293 MUST-68"
	unknown  = "RFC9293 MUST-6"
)

func tcps() []*build.Case {
	cases := []*build.Case{
		tcpOffsets(), synOptions(), openOptions(), signatures(), smallestSegments(), sackLengths(), forgedStamps(), urgentPointers(), urgentSYN(),
		challengesApart(), ackWar(), segmentSmack(), closedWithTextUnderWay(), closedAtFullWindow(), emptyCalls(), listenerFlags(), echoOfNothing(),
	}
	for _, form := range both {
		cases = append(cases, tcpCut(form), tcpTotal(form))
	}
	return cases
}

func tcpCut(form script.Form) *build.Case {
	a := must("R059 R062 R090", of(form, "tcp-cut"), "A segment that does not hold its own header is none, its checksum right and its flags there or not.",
		[]script.Form{form}, fixed).connected()
	open := hexed("9c42 1f90 00000000 00000000 50 02 ffff 0000 0000")
	for n := range 20 {
		a.ignored(raw(protoTCP, summed(form, protoTCP, open[:n])...), fmt.Sprintf("%d bytes of a SYN", n))
	}
	text, lacks := build.TCP("P.", 1, 20).Ack(1), "ip.len=39"
	if form == script.IPv6 {
		lacks = "ip.len=19"
	}
	a.ignored(text.With(lacks), "a byte of the header less than text has")
	a.ignored(syn().Options("nop").Flow(2).With(lacks), "a byte less than a SYN has")
	return a.twin("in good", "a byte less than a SYN has").ends()
}

func tcpOffsets() *build.Case {
	a := must("R060 R061 R091", "tcp-offset", "A header of less than five words is none, nor is one that is longer than its segment: for a listener, for a connection, and for nobody.",
		both, fixed).connected()
	for _, off := range []int{0, 1, 4, 11, 15} {
		wrong := fmt.Sprintf("tcp.off=%d", off)
		a.ignored(build.TCP("P.", 1, 20).Ack(1).With(wrong), fmt.Sprintf("text with %d words", off))
		a.ignored(build.TCP("F.", 1, 0).Ack(1).With(wrong), fmt.Sprintf("a FIN with %d words", off))
		a.ignored(build.TCP("R", 1, 0).With(wrong), fmt.Sprintf("a reset with %d words", off))
		a.ignored(build.Text("flow 3 40003 > 9 S 0:0(0) win 100").With(wrong), fmt.Sprintf("a SYN for nobody with %d words", off))
		a.ignored(syn().Flow(2).With(wrong), fmt.Sprintf("a SYN with %d words", off))
	}
	return a.twin("in good", "a SYN with 15 words").ends()
}

func tcpTotal(form script.Form) *build.Case {
	a := must("R061", of(form, "tcp-total-length"), "A packet that ends within the header of its segment holds none, and the checksum is not taken over what is not there.",
		[]script.Form{form}, fixed, by(form, []string{length4}, []string{length6})[0]).connected()
	header := 20
	if form == script.IPv6 {
		header = 0
	}
	for _, n := range []int{0, 1, 4, 13, 14, 19} {
		wrong := fmt.Sprintf("ip.len=%d", header+n)
		a.ignored(build.TCP("P.", 1, 100).Ack(1).With(wrong), fmt.Sprintf("%d bytes of text", n))
		a.ignored(build.TCP("R", 1, 0).With(wrong), fmt.Sprintf("%d bytes of a reset", n))
		a.ignored(syn().Flow(2).With(wrong), fmt.Sprintf("%d bytes of a SYN", n))
	}
	return a.twin("in good", "19 bytes of a SYN").ends()
}

// broken are options that cannot be walked through.
var broken = []string{
	"opt 253 00aabb", "opt 253 01aabb", "opt 253 05aabb", "opt 253 ffaabb", "nop, nop, opt 253 03", "opt 2 00aabb", "opt 2 01aabb", "nop, opt 2 04ff", "opt 3 00aabb",
	"opt 3 ffaabb", "nop, opt 4 0000", "opt 5 00aabb", "opt 5 0aaabb", "opt 8 0000bb", "opt 8 0a0102", "opt 19 00aabb", "opt 19 12aabb", "opt 29 0100bb", "opt 29 10aabb",
}

func synOptions() *build.Case {
	a := must("R063 R064 R066", "syn-options", "A SYN whose options cannot be walked through is dropped, and leaves no half of a connection.", both, harmless, lengthed).connected()
	for i, list := range broken {
		a.ignored(build.TCP("S", 0, 0).Win(65535).Options(list).Flow(2), fmt.Sprintf("options %d, %s", i+1, list))
	}
	a.Line("inspect tcp.conns = 1", "nothing has begun")
	a.ignored(syn().Flow(2).With("tcp.sum+=1"), "a SYN with a wrong checksum")
	return a.twin("in good", "a SYN with a wrong checksum").ends()
}

func openOptions() *build.Case {
	a := must("R063 R064 R065", "open-options", "Segments whose options cannot be walked through do no harm to the connection that they are said to be of, wherever they lie.",
		both, harmless, lengthed).connected()
	for i, list := range broken {
		for j, p := range []build.Packet{build.TCP("R", 1, 0), build.TCP("F.", 1, 0).Ack(1), build.TCP("S", 100, 0), build.TCP("P.", 1, 20).Ack(1)} {
			if (i+j)%2 == 0 {
				a.ignored(p.Options(list), fmt.Sprintf("segment %d with options %d, %s", j+1, i+1, list))
			}
		}
	}
	a.ignored(build.TCP("F.", 1, 0).Ack(1).With("tcp.sum+=1"), "a FIN with a wrong checksum")
	return a.twin("in good", "a FIN with a wrong checksum").ends()
}

func signatures() *build.Case {
	a := must("R066", "syn-signatures", "A signature that is shorter than any is an option like others that are not known: it is passed over by its length.", both, unknown, lengthed).connected()
	for i, list := range []string{"opt 19 02, nop, nop", "opt 19 03aa, nop", "opt 19 04aabb", "opt 29 02, nop, nop", "opt 29 03aa, nop", "opt 29 04aabb"} {
		flow := 1 + i%6
		a.answered(build.TCP("S", 0, 0).Win(65535).Options(list).Flow(flow), build.TCP("S.", 0, 0).Ack(1).AnyOptions().Flow(flow), "a SYN with "+list)
		a.In(build.TCP("R", 1, 0).Flow(flow))
	}
	return a.twin("out tcp.ack+1", "a SYN with opt 29 04aabb").ends()
}

func smallestSegments() *build.Case {
	a := must("R067 R068", "smallest-segments", "A peer that says it takes hardly any bytes at once does not have the stack cut its text into crumbs.", both, "RFC9293 MUST-14").listens()
	a.fd = 4
	for i, size := range []int{0, 1, 8, 47} {
		const fd = 4
		a.answered(build.TCP("S", 0, 0).Win(65535).Options(fmt.Sprintf("mss %d", size)).Flow(i), build.TCP("S.", 0, 0).Ack(1).AnyOptions().Flow(i), fmt.Sprintf("a peer that takes %d", size))
		a.After(trip).In(ack(1, 1).Flow(i))
		a.Line(fmt.Sprintf("accept(3, ..., ...) = %d", fd), "is in")
		a.Do(fmt.Sprintf("write(%d, ..., 48) = 48", fd)).Out(build.TCP("P.", 1, 48).Ack(1).Flow(i), fmt.Sprintf("48 bytes to one that takes %d", size))
		a.After(trip).In(build.TCP("R", 1, 0).Flow(i))
		a.Do("close(4) = 0")
	}
	return a.twin("out tcp.seq+1", "48 bytes to one that takes 47").ends()
}

func sackLengths() *build.Case {
	a := must("R070", "sack-lengths", "An acknowledgment of blocks whose length is that of no number of them does no harm.", both, harmless, "RFC2018:5:1")
	a.Do("knob tcp.sack = 1") // to who speaks none these are three duplicates, and more
	a.listens()
	a.In(build.TCP("S", 0, 0).Win(65535).Options("mss 1460, sackOK, nop, nop"))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
	a.After(trip).In(ack(1, 1))
	a.Line("accept(3, ..., ...) = 4", "the connection is open")
	a.fd, a.open, a.kept = 5, true, 1
	a.underWay(100)
	for _, n := range []int{2, 3, 4, 6, 9, 11, 14, 17, 19, 22, 25, 27, 33, 35, 38} {
		list := fmt.Sprintf("opt 5 %02x%x", n, make([]byte, n-2)) + strings.Repeat(", nop", (40-n)%4)
		a.ignored(ack(1, 1).Options(list), fmt.Sprintf("%d bytes", n))
	}
	a.ignored(build.TCP("F.", 1, 0).Ack(1).With("tcp.sum+=1"), "a FIN with a wrong checksum")
	a.arrives(100)
	return a.twin("in good", "a FIN with a wrong checksum").ends()
}

func forgedStamps() *build.Case {
	a := must("R073", "timestamps-forged", "Time stamps of segments that are not in the window are not taken down, however new they look: the next segment of the peer is no older for that.",
		both, "RFC7323:4.3:1", "RFC7323:3.2:5").listens()
	a.In(build.TCP("S", 0, 0).Win(65535).Options("mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 0"))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
	a.After(trip).In(ack(1, 1).Options("nop, nop, TS val 200 ecr 0"))
	a.Line("accept(3, ..., ...) = 4", "the connection is open")
	a.fd = 5
	for _, val := range []string{"1000000", "2000000000"} {
		for _, seq := range []uint32{90001, 4294900000} {
			a.After(tick).In(build.TCP("P.", seq, 10).Ack(1).Win(65535).Options("nop, nop, TS val " + val + " ecr 0"))
			a.Within(5*trip).Out(own(1, 1).AnyOptions(), fmt.Sprintf("text at %d, of the time %s, is not in the window", seq, val))
		}
	}
	a.ignored(build.TCP("P.", 1, 10).Ack(1).Win(65535), "text without a time")
	a.After(tick).In(build.TCP("P.", 1, 10).Ack(1).Win(65535).Options("nop, nop, TS val 300 ecr 0"))
	a.Within(5*trip).Out(own(1, 11).AnyOptions(), "the next text of the peer is taken")
	a.Line("read(4, ..., 1000) = 10", "and delivered")
	a.After(tick).In(build.TCP("R", 11, 0).Options("nop, nop, TS val 400 ecr 0"))
	return a.twin("out tcp.ack+1", "the next text of the peer is taken").ends()
}

func urgentPointers() *build.Case {
	a := must("R075 R076 R078", "urgent-pointers", "An urgent pointer before, behind and far beyond the text does not change what text there is, nor how much.", both, "RFC9293 MUST-31").connected()
	for _, urg := range []uint32{0, 1, 9, 10, 11, 4096, 4097, 32768, 65535} {
		a.After(tick).In(build.Text(fmt.Sprintf("PU. %d:%d(10) ack %d win 65535 urg %d", a.rcv, a.rcv+10, a.snd, urg)))
		a.rcv += 10
		a.Within(5*trip).Out(own(a.snd, a.rcv), fmt.Sprintf("text with pointer %d is taken", urg))
	}
	for _, urg := range []uint32{0, 1, 65535} {
		a.ignored(build.Text(fmt.Sprintf("U. %d:%d(0) ack %d win 65535 urg %d", a.rcv, a.rcv, a.snd, urg)), fmt.Sprintf("nothing with pointer %d", urg))
	}
	a.Line("read(4, ..., 1000) = 90", "all text is delivered")
	return a.twin("out tcp.ack+1", "text with pointer 65535 is taken").ends()
}

func urgentSYN() *build.Case {
	a := must("R077", "urgent-syn", "What a SYN says of urgent data is not kept for the next one, which begins with other numbers.", both, "RFC9293 MUST-31", "RFC9293:3.10.7.4:21").listens()
	a.In(build.Text("flow 1 SU 0:0(0) win 65535 urg 65535 <mss 1460>"))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions().Flow(1), "the SYN-ACK of one")
	a.After(tick).In(build.TCP("R", 1, 0).Flow(1))
	a.connects()
	a.After(tick).In(build.Text("flow 1 SU 0:0(0) win 65535 urg 1 <mss 1460>"))
	a.Line("> flow 1 S. ...(0) ack 1 <...>", "the SYN-ACK of the same ports again")
	a.After(tick).In(build.TCP("R", 1, 0).Flow(1))
	a.Line("inspect tcp.conns = 1", "which is gone again")
	return a.twin("out tcp.ack+1", "the SYN-ACK of the same ports again").ends()
}

func challengesApart() *build.Case {
	a := should("R082", "challenges-apart", "How many challenges one connection has been sent does not show on another one: each has its own number of them.", both, "RFC5961:7:1").connected()
	a.After(tick).In(syn().Flow(1))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions().Flow(1), "the SYN-ACK of another connection")
	a.After(trip).In(ack(1, 1).Flow(1))
	a.Line("accept(3, ..., ...) = 5", "it is open, too")
	a.fd = 6
	for i := range 10 {
		a.answered(build.TCP("R", 101, 0).Flow(1), own(1, 1).Flow(1), fmt.Sprintf("challenge %d", i+1))
	}
	a.ignored(build.TCP("R", 101, 0).Flow(1), "there are no more")
	a.answered(build.TCP("R", 101, 0), own(1, 1), "but on the first connection there are")
	a.After(tick).In(build.TCP("R", 1, 0).Flow(1))
	return a.twin("out drop", "but on the first connection there are").ends()
}

func ackWar() *build.Case {
	a := should("R085", "ack-war", "Two ends that take each other's acknowledgments for wrong do not answer one another for ever.", both, "RFC5961:7:1").connected()
	for i := range 10 {
		a.answered(ack(1, 5000), own(1, 1), fmt.Sprintf("answer %d", i+1))
	}
	for i := range 20 {
		a.ignored(ack(1, 5000), fmt.Sprintf("and none, %d", i+1))
	}
	return a.twin("out extra", "and none, 20").ends()
}

func segmentSmack() *build.Case {
	a := must("R087", "segment-smack", "Crumbs of text out of order, more of them than a receiver keeps count of, cost a bounded amount: what is missing comes, and all is there.",
		both, "RFC9293 SHLD-31", "RFC9293:3.10.7.4:12").connected()
	const crumbs = 40
	for i := range uint32(crumbs) {
		at := 2 + 2*(i*17%crumbs)
		a.In(build.TCP("P.", at, 1).Ack(1).Win(65535))
		a.Out(own(1, 1), fmt.Sprintf("a hole before crumb %d", i+1))
	}
	a.After(tick).In(build.TCP("P.", 1, 2*crumbs).Ack(1).Win(65535))
	a.rcv += 2 * crumbs
	a.Within(5*trip).Out(own(1, a.rcv), "all of it is there")
	a.Line(fmt.Sprintf("read(4, ..., 1000) = %d", 2*crumbs), "and delivered")
	return a.twin("out tcp.ack+1", "all of it is there").ends()
}

func closedWithTextUnderWay() *build.Case {
	a := must("R094", "closed-under-way", "A connection that the peer has closed while text is under way to it, and that the application closes, is gone when all is acknowledged.",
		both, "RFC9293:3.10.7.4:12").connected()
	a.underWay(100)
	a.After(tick).In(build.TCP("F.", 1, 0).Ack(1).Win(65535))
	a.Within(5*trip).Out(own(101, 2), "the peer's FIN is acknowledged")
	a.Do("close(4) = 0").Out(build.TCP("F.", 101, 0).Ack(2), "the stack's FIN")
	a.After(tick).In(ack(2, 51))
	a.Line("inspect tcp.conns = 1", "a part is not all")
	a.After(tick).In(ack(2, 102))
	a.Line("inspect tcp.conns = 0", "the connection is gone")
	a.open, a.kept = false, 0
	return a.twin("out tcp.seq+1", "the stack's FIN").ends()
}

func closedAtFullWindow() *build.Case {
	a := must("R095", "closed-at-full-window", "A connection that is closed on both sides while both windows are full comes to its end when they open.",
		both, "RFC9293:3.10.7.4:12").listens()
	a.In(build.TCP("S", 0, 0).Win(2000).Options("mss 1000"))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
	a.After(trip).In(ack(1, 1).Win(1000))
	a.Line("accept(3, ..., ...) = 4", "the connection is open")
	a.fd = 5
	for i := range uint32(4) {
		a.After(tick).In(build.TCP("P.", 1+i*1024, 1024).Ack(1).Win(1000))
		a.Within(5*trip).Out(own(1, 1+(i+1)*1024), fmt.Sprintf("a quarter of the window, %d", i+1))
	}
	a.Do("write(4, ..., 2000) = 2000").Out(build.TCP(".", 1, 1000).Ack(4097).Win(0).With("tcp.flags&0x10"), "as much as the peer takes")
	a.Line("read(4, ..., 2048) = 2048", "a half of what has come is read")
	a.Out(own(1001, 4097).Win(2048), "the window opens")
	a.Line("read(4, ..., 2048) = 2048", "and the other half")
	a.Out(own(1001, 4097).Win(4096), "it opens further")
	a.Do("shutdown(4, SHUT_WR) = 0")
	a.After(tick).In(build.TCP("F.", 4097, 0).Ack(1).Win(1000))
	a.Within(5*trip).Out(own(1001, 4098), "the peer's FIN is acknowledged")
	a.After(tick).In(ack(4098, 1001).Win(2000))
	a.Out(build.TCP("FP.", 1001, 1000).Ack(4098), "the rest, and the stack's FIN")
	a.Do("close(4) = 0")
	a.After(tick).In(ack(4098, 2002).Win(2000))
	a.Line("inspect tcp.count(TIME-WAIT) = 1", "it is over, and waits")
	a.kept = 1
	return a.twin("out tcp.seq+1", "the rest, and the stack's FIN").ends()
}

func emptyCalls() *build.Case {
	a := must("R097", "empty-calls", "Calls for no bytes, behind the peer's FIN and behind its reset do no more than they say.", both, "RFC9293:3.10.7.4:12").connected()
	a.Do("write(4, ..., 0) = 0")
	a.After(tick).In(build.TCP("P.", 1, 10).Ack(1).Win(65535))
	a.Within(5*trip).Out(own(1, 11), "text is taken")
	a.Line("read(4, ..., 4) = 4", "a part of it is read")
	a.After(tick).In(build.TCP("F.", 11, 0).Ack(1).Win(65535))
	a.Within(5*trip).Out(own(1, 12), "the FIN is taken")
	a.Line("read(4, ..., 100) = 6", "the rest is read")
	a.Line("read(4, ..., 100) = 0", "and the end")
	a.Line("read(4, ..., 100) = 0", "and the end again")
	a.Do("write(4, ..., 10) = 10").Out(build.TCP("P.", 1, 10).Ack(12), "the other direction works")
	a.After(tick).In(build.TCP("R.", 12, 0).Ack(11))
	a.Line("inspect tcp.conns = 0", "the connection is gone")
	a.open, a.kept = false, 0
	return a.twin("out tcp.ack+1", "the other direction works").ends()
}

func listenerFlags() *build.Case {
	a := must("R080", "listener-flags", "A listener answers neither resets nor what is neither a SYN nor an acknowledgment, whatever else it says that it is.",
		both, "RFC9293:3.10.7.2:1", "RFC9293:3.10.7.2:4").connected()
	for _, flags := range []string{"R", "SR", "SFR", "SRP", "R.", "SR.", "SFRPU.", "FR", "-", "F", "P", "U", "FPU", "FP", "PU"} {
		a.ignored(build.Text("flow 2 "+flags+" 0:0(0) ack 0 win 65535"), "flags "+flags)
	}
	a.Line("inspect tcp.conns = 1", "nothing has begun")
	a.ignored(build.Text("flow 2 SR 0:0(0) win 65535"), "a SYN that is a reset")
	return a.twin("in tcp.flags=2", "a SYN that is a reset").ends()
}

func echoOfNothing() *build.Case {
	a := must("R074", "echo-of-nothing", "A SYN-ACK that echoes a time stamp which was never sent opens the connection all the same, and measures no time that lies ahead.",
		both, "RFC9293:3.10.7.3:5").listens()
	a.fd = 4
	a.Do("knob tcp.timestamps = 1")
	for i, ecr := range []string{"0!", "1!", "4294967295!", "2147483648!"} {
		fd, flow := 4+i, 1+i
		a.Do(fmt.Sprintf("socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = %d", fd))
		a.Line(fmt.Sprintf("connect(%d, {sin_port=htons(%d)}, ...) = -1 EINPROGRESS", fd, 40000+flow), "it begins")
		a.Out(build.TCP("S", 0, 0).AnyOptions().Flow(flow), "the SYN")
		a.After(trip).In(build.TCP("S.", 0, 0).Ack(1).Win(65535).Options("mss 1460, sackOK, TS val 700 ecr " + ecr + ", nop, wscale 7").Flow(flow))
		a.Out(own(1, 1).AnyOptions().Flow(flow), "the connection opens with an echo of "+ecr)
		a.Line(fmt.Sprintf("inspect tcp.rto-us(%d) <= 3000000", fd), "and does not wait for ever, "+ecr)
		a.After(tick).In(build.TCP("R", 1, 0).Flow(flow))
		a.Do(fmt.Sprintf("close(%d) = 0", fd))
		a.fd++
	}
	a.Do("knob tcp.timestamps = 0")
	return a.twin("out tcp.ack+1", "the connection opens with an echo of 2147483648!").ends()
}
