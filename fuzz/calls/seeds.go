package calls

import "stackproof/stack/wire"

// Seeds are programs that show each call and each frame.
func Seeds() (all [][]byte) {
	type s = [stepLen]byte
	const syn, ack, fin, rst = byte(wire.FlagSYN), byte(wire.FlagACK), byte(wire.FlagFIN), byte(wire.FlagRST)
	program := func(polite byte, steps ...s) {
		b := []byte{polite}
		for _, x := range steps {
			b = append(b, x[:]...)
		}
		all = append(all, b)
	}
	tcp, udp, six := s{doSocket}, s{doSocket, 1}, s{doSocket, 16}
	bind, listen, accept := s{doBind, 0, 0, 0}, s{doListen, 0, 0, 2}, s{doAccept, 0}
	comes, done := s{doSegment, 0, syn, 0}, s{doSegment, 0, ack, 0}
	text := s{doSegment, 0, ack, 10 << 3}
	opened := []s{tcp, bind, listen, comes, done, accept}
	with := func(polite byte, steps ...s) { program(polite, append(append([]s{}, opened...), steps...)...) }
	recv, send := s{doRecv, 1, 0, 80}, s{doSend, 1, 0, 200}
	second, minutes := s{doPass, 20}, s{doPass, 29}
	with(0, text, recv, text, recv, s{doClose, 1})
	with(1, send, send, second, s{doShutdown, 1, 0, 1}, s{doSegment, 0, fin | ack, 0}, recv, second)
	with(0, recv, text, text, s{doSegment, 0, ack, 10<<3 | 1}, s{doSegment, 0, ack, 4<<3 | 2}, s{doSegment, 0, ack, 3}, s{doSegment, 0, ack, 4}, recv)
	with(0, recv, s{doCancel}, recv, s{doClose, 1}, text, minutes)
	with(0, recv, s{doSegment, 0, rst, 0}, recv, send)
	with(0, send, s{doICMP, 0, 0, 1}, s{doICMP, 0, 0, 4}, minutes, minutes, recv)
	with(0, accept, s{doCancel}, accept, s{doClose, 0}, s{doPoll, 1, 1, 5}, second)
	with(0, text, s{doRecv, 1, 1, 40}, s{doRecv, 1, 2, 40}, recv, s{doNonblock, 1, 0, 1}, recv, s{doName, 1}, s{doName, 1, 0, 1})
	program(1, tcp, s{doConnect, 0, 0, 0}, second, s{doSend, 0, 0, 100}, s{doClose, 0}, minutes)
	program(0, tcp, s{doConnect, 0, 0, 0}, second, s{doCancel}, s{doConnect, 0, 0, 0}, minutes, minutes)
	program(1, tcp, s{doNonblock, 0, 0, 1}, s{doConnect, 0, 0, 0}, s{doPoll, 0, 2, 255}, s{doRecv, 0, 0, 9}, s{doSegment, 1, ack, 80}, s{doRecv, 0, 0, 90})
	program(0, udp, bind, s{doDatagram, 0, 0, 30}, s{doRecv, 0, 0, 60}, s{doSend, 0, 128, 40}, s{doICMP, 0, 1, 3}, s{doRecv, 0, 0, 60})
	program(0, udp, s{doConnect, 0, 0, 0}, s{doSend, 0, 0, 40}, s{doRecv, 0, 0, 50}, s{doDatagram, 0, 0, 3}, s{doShutdown, 0, 0, 2})
	program(0, six, s{doBind, 0, 200, 0}, listen, s{doAccept, 0}, s{doConnect, 0, 200, 0}, s{doSocket, 2}, s{doSend, 1, 0, 30}, s{doClose, 240})
	program(0, tcp, tcp, tcp, tcp, tcp, tcp, tcp, tcp, s{doAccept, 230}, s{doRecv, 250}, s{doSend, 250})
	program(0, tcp, bind, listen, comes, s{doMutated, 0, 3, 9}, s{doMutated, 0, 9, 1}, s{doLink, 0}, second, s{doLink, 1}, s{doPolite, 1}, comes)
	for o := range byte(40) {
		program(0, tcp, udp, s{doSetOpt, o & 1, o, 1}, s{doGetOpt, o & 1, o, 0x41}, s{doSetOpt, o & 1, o, 0x45}, s{doGetOpt, o & 1, o | 128, 0x40})
	}
	return all
}
