package emac

// Seeds are programs that show each lie, and each call of the driver under it.
func Seeds() [][]byte {
	program := func(size, flags byte, steps ...[stepLen]byte) []byte {
		b := []byte{size, flags}
		for _, s := range steps {
			b = append(b, s[:]...)
		}
		return b
	}
	up := [stepLen]byte{doRun, 31}
	moment := [stepLen]byte{doRun, 21}
	sleep := [stepLen]byte{doSleep, 21}
	send, arrive := [stepLen]byte{doSend, 1, 44}, [stepLen]byte{doArrive, 1, 44}
	receive, release, poll := [stepLen]byte{doReceive}, [stepLen]byte{doRelease}, [stepLen]byte{doPoll}
	seeds := [][]byte{
		program(0, 0, up, up, send, arrive, sleep, poll, receive, release, moment),
		program(9, 7, up, up, send, send, send, send, send, arrive, arrive, arrive, arrive, sleep, receive, receive, poll, moment),
		program(0, 0, up, up, [stepLen]byte{doRxEager | 1<<4, 0, 0, 0}, arrive, sleep, receive, receive, poll),
		program(0, 0, up, up, [stepLen]byte{doRxEager, 0, 0, 64}, [stepLen]byte{doRxWords, 0, 0, 64}, receive, release, receive, release, moment),
		program(0, 0, up, up, [stepLen]byte{doTxEager, 0, 0, 64}, send, send, send, send, poll, send, moment),
		program(0, 0, [stepLen]byte{doLie, 0, 1, 128}, up, [stepLen]byte{doInit}, up, send, receive),
		program(0, 1, up, up, [stepLen]byte{doLine, 1, 1}, send, up, up, [stepLen]byte{doLine, 1, 0}, up),
		program(0, 0, up, up, [stepLen]byte{doLine, 0, 0}, moment, up, [stepLen]byte{doLine, 0, 1}, up),
		program(0, 0, up, up, [stepLen]byte{doArrive, 1, 4, 2}, [stepLen]byte{doArrive, 1, 4, 3}, [stepLen]byte{doArrive, 1, 4, 4}, [stepLen]byte{doArrive, 1, 4, 5 + 60}, moment),
		program(0, 0, up, up, [stepLen]byte{doGroup, 1, 1}, [stepLen]byte{doInterrupt, 1}, poll, [stepLen]byte{doInterrupt}, [stepLen]byte{doGroup, 0, 1}),
	}
	for _, length := range []uint16{0, 3, 4, 63, 64, 65, 1518, 1522, 1523, 1536, 1540, 0x3fff} {
		b, c := byte(length>>8), byte(length)
		seeds = append(seeds, program(0, 0, up, up, [stepLen]byte{doRxWords, 0, b, c}, [stepLen]byte{doTxWords, 0, b, c}, receive, release, poll))
	}
	for register := range registers {
		for how := range byte(3) {
			seeds = append(seeds, program(0, 1, up, up, [stepLen]byte{doLie | how<<6, byte(register), 255, 130}, send, arrive, moment, moment, receive, release, up))
		}
	}
	return seeds
}
