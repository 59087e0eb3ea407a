package grid

import (
	"fmt"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// cookieSizes are the sizes that a cookie can tell apart: whoever says another gets the next smaller.
var cookieSizes = []int{48, 256, 536, 1220, 1360, 1440, 1460, 8960}

// tcpCookies are handshakes that the listener does not remember (RFC 4987 3.6): with each size at each boundary, and with
// each window scale, with and without SACK. What the SYN has said holds for the connection.
func tcpCookies() (cases []*build.Case) {
	for _, mss := range []int{0, 48, 49, 255, 256, 257, 535, 536, 537, 1219, 1220, 1221, 1359, 1360, 1361, 1439, 1440, 1441, 1459, 1460, 1461, 8959, 8960, 65535} {
		cases = append(cases, cookieSize(mss))
	}
	for scale := -1; scale <= 15; scale++ {
		cases = append(cases, cookieOptions(scale, scale%2 == 0), cookieOptions(scale, scale%2 != 0))
	}
	return cases
}

// cookieAnswered begins a case in which the backlog is full, and a SYN with these options has a cookie for an answer.
func cookieAnswered(id, title, options string, answer string) *build.Case {
	build.Helper()
	c := build.New(id, title).Level(script.May).Forms(script.IPv4).Twin("out tcp.ack+1", "it is answered")
	c.Do("knob tcp.syn-cookies = 1", "knob tcp.timestamps = 1", "knob tcp.sack = 1", "knob tcp.window-scale = 1")
	listenFor(c, 1)
	c.After(tick).In(syn()).Out(synAck().AnyOptions(), "the backlog is full")
	s := build.TCP("S", 0, 0).Win(65535).Flow(1)
	if options != "" {
		s = s.Options(options)
	}
	return c.In(s).Out(synAck().Flow(1).Win(4096).Options(answer), "it is answered")
}

// cookieSize is a SYN without time stamps: 0 for one that says no size.
func cookieSize(mss int) *build.Case {
	options, most := "", 536
	if mss > 0 {
		options, most = fmt.Sprintf("mss %d", mss), mss
	}
	i, exact := slices.BinarySearch(cookieSizes, most)
	if !exact {
		i--
	}
	size := min(cookieSizes[i], 1460) // the link takes no more
	c := cookieAnswered(fmt.Sprintf("tcp/cookies/size-%d", mss), fmt.Sprintf("A cookie remembers that the peer takes segments of %d bytes.", most), options, "mss 1460")
	c.After(tick).In(ack(1, 1).Flow(1)).Line("accept(3, {sin_port=htons(40001)}, ...) = 4", "it is in")
	c.Line(fmt.Sprintf("inspect tcp.snd-mss(4) = %d", size), "the size that was said, or the next smaller")
	c.Line("inspect tcp.options(4) = 0", "and nothing else")
	c.Line(fmt.Sprintf("write(4, ..., %d) = %d", size, size), "the text")
	c.Out(build.TCP("P.", 1, uint16(size)).Ack(1).Flow(1), "a full segment")
	return c.Reqs("RFC4987:3.6:1", "RFC4987:3.6:5")
}

// cookieOptions is a SYN with time stamps: scale -1 for one without a window scale.
func cookieOptions(scale int, sack bool) *build.Case {
	options, answer, agreed := "mss 1220", "mss 1460", 1
	slug := "no-scale"
	if sack {
		options, answer, agreed, slug = options+", sackOK", answer+", sackOK", agreed|2, slug+"-sack"
	} else {
		options, answer = options+", nop, nop", answer+", nop, nop"
	}
	options, answer = options+", TS val 0 ecr 0", answer+", TS val 0 ecr 0"
	shift := 0
	if scale >= 0 {
		options, answer, agreed = fmt.Sprintf("%s, nop, wscale %d", options, scale), answer+", nop, wscale 0", agreed|4
		slug, shift = fmt.Sprintf("scale-%d", scale), min(scale, 14)
		if sack {
			slug += "-sack"
		}
	}
	c := cookieAnswered("tcp/cookies/"+slug, "A cookie with a time stamp remembers window scale and SACK.", options, answer)
	c.After(tick).In(ack(1, 1).Win(100).Flow(1).Options("nop, nop, TS val 100 ecr 0")).Line("accept(3, {sin_port=htons(40001)}, ...) = 4", "it is in")
	for _, f := range []struct {
		name  string
		value int
	}{{"options", agreed}, {"snd-wscale", shift}, {"snd-wnd", 100 << shift}, {"snd-mss", 1208}} {
		c.Line(fmt.Sprintf("inspect tcp.%s(4) = %d", f.name, f.value), f.name)
	}
	c.Line("write(4, ..., 100) = 100", "the text")
	c.Out(build.TCP("P.", 1, 100).Ack(1).Flow(1).Options("nop, nop, TS val ... ecr 100"), "with time stamps")
	return c.Reqs("RFC4987:3.6:1", "RFC4987:3.6:4")
}
