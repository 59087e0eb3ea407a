//go:build tinygo

// Command bench is the image that measures what TCP costs a board: stack and driver as an application has them, the
// Ethernet at 100 Mbit/s, and a partner at the other end of the cable that sends and takes (cmd/p4emu/partner). It has no
// judge, so there is room for queues. For each line
//
//	$SP run receive=BYTES send=BYTES offload=0|1 timestamps=0|1 *CRC
//
// it opens a connection, moves the bytes, and answers with a line "result". While it does so a pin says that this is to be
// measured and another when the processor works; it waits as one that sleeps until the EMAC's interrupt.
package main

import (
	"stackproof/cmd/firmware/board"
	"stackproof/conformance/device"
)

var (
	line  device.Line
	input [device.MaxLine]byte
)

func main() {
	board.Meter{}.Start()
	board.EMAC{}.Start()
	prepare()
	board.Write(line.Begin("bench").Int("version", 1).End())
	n := 0
	for {
		if n == len(input) {
			n = 0 // no line is as long
		}
		if board.Read(input[n:n+1]) == 0 {
			board.Wait()
			continue
		}
		if input[n] != '\n' {
			n++
			continue
		}
		obey(input[:n])
		n = 0
	}
}

// obey does what a line asks for; what is none is answered with an error.
func obey(text []byte) {
	w, ok := device.ParseLine(text)
	receive, r := w.Int("receive")
	send, s := w.Int("send")
	offload, o := w.Int("offload")
	timestamps, t := w.Int("timestamps")
	const most = 1 << 31
	if !ok || !w.Is("run") || !r || !s || !o || !t || receive < 0 || send < 0 || receive >= most || send >= most {
		board.Write(line.Begin("error").Str("what", "not understood").End())
		return
	}
	problem := run(uint32(receive), uint32(send), offload != 0, timestamps != 0)
	if problem != "" {
		board.Write(line.Begin("error").Str("what", problem).End())
		return
	}
	d := driver.Stats()
	line.Begin("result").Int("received", int64(transfer.received)).Int("sent", int64(transfer.sent))
	line.Int("segment", int64(transfer.segment)).Int("ticks", int64(transfer.ticks)).Int("wrong", int64(transfer.wrong))
	line.Int("retransmitted", int64(host.Counter(retransmitted)))
	line.Int("rx", int64(d.RxFrames)).Int("tx", int64(d.TxFrames))
	line.Int("rxlost", int64(d.RxErrors+d.RxChecksum+d.RxCut+d.RxMissed+d.RxOverflow+d.RxLost))
	line.Int("txlost", int64(d.TxErrors+d.TxLost+d.TxNoLink)).Int("stack", int64(board.StackLeft()))
	board.Write(line.End())
}
