package parsers

import (
	"reflect"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// Message decodes a body as a request and as an answer: it gives a message or a fault within the body, and what is given as a
// message can be said again, and means the same.
func Message(data []byte) int {
	var head [message.MaxHead]byte
	understood := false
	var r message.Request
	if fault := r.Decode(data); fault.OK() {
		_, ok := r.PutHead(head[:])
		must(ok, "a request that was read cannot be said: %+v", r)
		understood = true
	} else {
		must(fault.At <= len(data), "the fault of a request lies at %d of %d bytes", fault.At, len(data))
	}
	var a message.Answer
	if fault := a.Decode(data); fault.OK() {
		n, ok := a.PutHead(head[:])
		must(ok, "an answer that was read cannot be said: %+v", a)
		var again message.Answer
		fault := again.Decode(append(head[:n:n], a.Tail()...))
		must(fault.OK(), "an answer that was said cannot be read: %v", fault)
		a.Stray, again.Stray = nil, nil
		must(reflect.DeepEqual(a, again), "an answer means something else when it is said again: %+v, %+v", a, again)
		understood = true
	} else {
		must(fault.At <= len(data), "the fault of an answer lies at %d of %d bytes", fault.At, len(data))
	}
	return interesting(understood)
}

// MessageSeeds are a request and an answer of each kind, and every call.
func MessageSeeds() (all [][]byte) {
	var head [message.MaxHead]byte
	say := func(n int, ok bool, tail []byte) {
		must(ok, "a seed cannot be said")
		all = append(all, append(append([]byte(nil), head[:n]...), tail...))
	}
	config := sut.Config{Seed: 7, MAC: [6]byte{2, 5: 1}, MTU: 1500, Addr4: [4]byte{192, 0, 2, 1}, Prefix4: 24, Addr6: [16]byte{0xfd, 15: 1}, Prefix6: 64}
	result := sut.Result{Ret: 3, Err: sut.EPROTONOSUPPORT, Data: []byte("data")}
	request := func(r message.Request) {
		n, ok := r.PutHead(head[:])
		say(n, ok, r.Tail())
	}
	for op := message.Capabilities; op <= message.Bye; op++ {
		request(message.Request{Op: op, ID: 9, Config: config, Frame: make([]byte, 60), To: 1e9, Up: true, Version: sut.Version,
			Call: sut.Call{Op: sut.OpWrite, FD: 3, Data: []byte("data")}})
		for _, status := range []sut.Status{sut.OK, sut.Hung} {
			a := message.Answer{Op: message.Reply | op, ID: 9, Status: status, Events: 2, Next: 1e9, HasNext: true, Reason: []byte("why"), Result: result,
				Caps: sut.Caps{Version: sut.Version, Features: 0xfff, Personality: sut.LwIP}}
			n, ok := a.PutHead(head[:])
			say(n, ok, a.Tail())
		}
	}
	for op := sut.Op(0); op.Known(); op++ {
		request(message.Request{Op: message.Call, ID: 9, Call: sut.Call{Op: op, Data: []byte("data")}})
	}
	for _, op := range []message.Op{message.EventFrame, message.EventDone} {
		a := message.Answer{Op: op, At: 1e9, Frame: make([]byte, 60), Result: result}
		n, ok := a.PutHead(head[:])
		say(n, ok, a.Tail())
	}
	return all
}

// Split takes a stream in pieces, without ever giving a body that is longer than its buffer. The first byte is the framing in
// its lowest bit and, above, the length of the pieces.
func Split(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	framing, piece, in := message.Framing(message.Pipe), int(data[0]>>1)+1, data[1:]
	if data[0]&1 != 0 {
		framing = message.Line
	}
	var s message.Splitter
	var buf [16]byte
	s.Init(framing, buf[:])
	whole := false
	for len(in) > 0 {
		n, found := s.Feed(in[:min(len(in), piece)])
		must(n > 0, "nothing of %d bytes is taken", len(in))
		in = in[n:]
		if found == message.Whole || found == message.TooLong {
			whole = true
			must(len(s.Body()) <= len(buf), "a body has %d bytes, its buffer %d", len(s.Body()), len(buf))
			must((found == message.TooLong) == (int(s.Length()) > message.Limit(framing, buf[:])), "a body of %d bytes: %v", s.Length(), found)
		}
	}
	return interesting(whole)
}

// SplitSeeds are messages in either framing.
func SplitSeeds() (all [][]byte) {
	for _, framing := range []message.Framing{message.Pipe, message.Line} {
		for _, body := range [][]byte{{1, 2, 3}, []byte("body\xc0\xdb"), make([]byte, 20)} {
			out := stream{3 << 1}
			if framing == message.Line {
				out[0] |= 1
			}
			var s message.Sender
			s.Init(&out, framing)
			must(s.Send(body[:1], body[1:]) && s.Send(body, nil), "a seed cannot be sent")
			all = append(all, out)
		}
	}
	return all
}

type stream []byte

func (s *stream) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}

// MessageTokens are the names that messages have in them.
func MessageTokens() (all []string) {
	for op := sut.Op(0); op.Known(); op++ {
		all = append(all, op.String())
	}
	for _, o := range []message.Op{message.EventFrame, message.EventDone, message.Reply | message.Call, message.Reply | message.Capabilities} {
		all = append(all, string([]byte{byte(o)}))
	}
	return append(all, sut.KnobMSL.String(), sut.FigTCPState.String(), sut.FigDrops.String(), "\xc0", "\xdb\xdc", "\xdb\xdd")
}
