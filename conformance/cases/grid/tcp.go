package grid

import "stackproof/conformance/cases/build"

// Requirements of RFC 9293 3.10.7, by what they say, and those of RFC 5961 that the RFC has taken over.
const (
	noneReset  = "RFC9293:3.10.7.1:1"
	noneNoAck  = "RFC9293:3.10.7.1:2"
	noneAck    = "RFC9293:3.10.7.1:3"
	listenRST  = "RFC9293:3.10.7.2:1"
	listenACK  = "RFC9293:3.10.7.2:2"
	listenRest = "RFC9293:3.10.7.2:4"
	sentACK    = "RFC9293:3.10.7.3:1"
	sentACKRST = "RFC9293:3.10.7.3:2"
	sentRST    = "RFC9293:3.10.7.3:4"
	sentRest   = "RFC9293:3.10.7.3:7"
	outside    = "RFC9293:3.10.7.4:2"
	rstOutside = "RFC9293:3.10.7.4:3"
	rstExact   = "RFC9293:3.10.7.4:4"
	rstInside  = "RFC9293:3.10.7.4:5"
	rstListen  = "RFC9293:3.10.7.4:6"
	synInside  = "RFC9293:3.10.7.4:7"
	noAck      = "RFC9293:3.10.7.4:8"
	rcvdACK    = "RFC9293:3.10.7.4:9"
	unsent     = "RFC9293:3.10.7.4:10"
	finTaken   = "RFC9293:3.10.7.4:13"
	finCross   = "RFC9293:3.10.7.4:14"
	finWaits   = "RFC9293:3.10.7.4:15"
	synListen  = "RFC9293:3.10.7.4:16"
	finAcked   = "RFC9293:3.10.7.4:17"
	behindFIN  = "RFC9293:3.10.7.4:18"
	challenged = "RFC5961:3.2:2"
	synAnswer  = "RFC5961:4.2:1"
)

// tcpGrid is what each state does about each event. Not here: what other cases show with more around it (data in sequence,
// the handshakes, a SYN that opens a connection anew in TIME-WAIT), and where the RFC leaves a choice: resets in TIME-WAIT
// (RFC 1337 has them ignored).
func tcpGrid() []*build.Case {
	return []*build.Case{
		in(closed, rstAt, noneReset).silent("tcp.flags=2"),
		in(closed, synIn, noneNoAck).refused(2),
		in(closed, fin, noneAck).reset(1),
		in(closed, ackBad, noneAck).reset(1001),
		in(closed, dataIn, noneAck).reset(1),
		in(closed, dataNoAck, noneNoAck).refused(11),
		in(closed, finNoAck, noneNoAck).refused(2),

		in(listen, rstAt, listenRST).silent("tcp.flags=2"),
		in(listen, fin, listenACK).reset(1),
		in(listen, ackBad, listenACK).reset(1001),
		in(listen, dataIn, listenACK).reset(1),
		in(listen, dataNoAck, listenRest).silent("tcp.flags=2"),
		in(listen, finNoAck, listenRest).silent("tcp.flags=2"),

		in(synSent, rstAt, sentRST).silent("tcp.flags=2"),
		in(synSent, ackBad, sentACK).reset(1001),
		in(synSent, dataIn, sentRest).silent("tcp.ack=1000"),
		in(synSent, fin, sentRest).silent("tcp.ack=1000"),
		in(synSent, ackFIN, sentRest).silent("tcp.ack=1000"),
		in(synSent, dataNoAck, sentRest).silent("tcp.flags=2"),
		in(synSent, finNoAck, sentRest).silent("tcp.flags=2"),

		in(synRcvd, synIn, synListen).ends("tcp.seq=%d", far),
		in(synRcvd, synFar, outside).acked(),
		in(synRcvd, ackBad, rcvdACK).reset(1001),
		in(synRcvd, rstAt, rstListen, rstExact).ends("tcp.seq=101"),
		in(synRcvd, rstIn, rstInside, challenged).acked(),
		in(synRcvd, rstFar, rstOutside).silent("tcp.seq=101"),
		in(synRcvd, rstOld, rstOutside).silent("tcp.seq=101"),
		in(synRcvd, fin, finTaken).taken(),
		in(synRcvd, dataFar, outside).acked(),
		in(synRcvd, dataNoAck, noAck).silent("tcp.flags=0x18"),

		in(estab, synIn, synInside, synAnswer).acked(),
		in(estab, synOld, synInside, synAnswer).acked(),
		in(estab, synFar, synInside, synAnswer).acked(),
		in(estab, ackBad, unsent).acked(),
		in(estab, rstAt, rstExact).ends("tcp.seq=101"),
		in(estab, rstIn, rstInside, challenged).acked(),
		in(estab, rstFar, rstOutside).silent("tcp.seq=101"),
		in(estab, rstOld, rstOutside).silent("tcp.seq=101"),
		in(estab, fin, finTaken).taken(),
		in(estab, dataFar, outside).acked(),
		in(estab, dataOld, outside).acked(),
		in(estab, dataNoAck, noAck).silent("tcp.flags=0x18"),

		in(finWait1, synIn, synInside, synAnswer).acked(),
		in(finWait1, synOld, synInside, synAnswer).acked(),
		in(finWait1, synFar, synInside, synAnswer).acked(),
		in(finWait1, ackBad, unsent).acked(),
		in(finWait1, ackOld, finAcked).finAgain(),
		in(finWait1, ackFIN, finAcked).finDone(),
		in(finWait1, rstAt, rstExact).ends("tcp.seq=101"),
		in(finWait1, rstIn, rstInside, challenged).acked(),
		in(finWait1, rstFar, rstOutside).silent("tcp.seq=101"),
		in(finWait1, fin, finTaken).taken(),
		in(finWait1, finBare, finTaken, finCross).taken(),
		in(finWait1, dataFar, outside).acked(),
		in(finWait1, dataNoAck, noAck).silent("tcp.flags=0x18"),

		in(finWait2, synIn, synInside, synAnswer).acked(),
		in(finWait2, synOld, synInside, synAnswer).acked(),
		in(finWait2, synFar, synInside, synAnswer).acked(),
		in(finWait2, ackBad, unsent).acked(),
		in(finWait2, rstAt, rstExact).ends("tcp.seq=101"),
		in(finWait2, rstIn, rstInside, challenged).acked(),
		in(finWait2, rstFar, rstOutside).silent("tcp.seq=101"),
		in(finWait2, fin, finTaken).taken(),
		in(finWait2, dataFar, outside).acked(),
		in(finWait2, dataNoAck, noAck).silent("tcp.flags=0x18"),

		in(closeWt, synIn, synInside, synAnswer).acked(),
		in(closeWt, synOld, synInside, synAnswer).acked(),
		in(closeWt, synFar, synInside, synAnswer).acked(),
		in(closeWt, ackBad, unsent).acked(),
		in(closeWt, rstAt, rstExact).ends("tcp.seq=102"),
		in(closeWt, rstIn, rstInside, challenged).acked(),
		in(closeWt, rstFar, rstOutside).silent("tcp.seq=102"),
		in(closeWt, finOld, outside).acked(),
		in(closeWt, dataFar, outside).acked(),
		in(closeWt, dataIn, behindFIN).silent("tcp.flags=2"),

		in(closing, synIn, synInside, synAnswer).acked(),
		in(closing, synOld, synInside, synAnswer).acked(),
		in(closing, synFar, synInside, synAnswer).acked(),
		in(closing, ackBad, unsent).acked(),
		in(closing, ackOld, finAcked).finAgain(),
		in(closing, ackFIN, finAcked).finDone(),
		in(closing, rstAt, rstExact).ends("tcp.seq=102"),
		in(closing, rstIn, rstInside, challenged).acked(),
		in(closing, rstFar, rstOutside).silent("tcp.seq=102"),
		in(closing, finOld, outside).acked(),
		in(closing, dataFar, outside).acked(),
		in(closing, dataIn, behindFIN).silent("tcp.flags=2"),

		in(lastAck, synIn, synInside, synAnswer).acked(),
		in(lastAck, synOld, synInside, synAnswer).acked(),
		in(lastAck, synFar, synInside, synAnswer).acked(),
		in(lastAck, ackBad, unsent).acked(),
		in(lastAck, ackOld, finAcked).finAgain(),
		in(lastAck, ackFIN, finAcked).ends("tcp.seq=1"),
		in(lastAck, rstAt, rstExact).ends("tcp.seq=102"),
		in(lastAck, rstIn, rstInside, challenged).acked(),
		in(lastAck, rstFar, rstOutside).silent("tcp.seq=102"),
		in(lastAck, finOld, outside).acked(),
		in(lastAck, dataFar, outside).acked(),
		in(lastAck, dataLate, behindFIN).silent("tcp.flags=2"),

		in(timeWait, synOld, outside).acked(),
		in(timeWait, finOld, finWaits).acked(),
		in(timeWait, dataFar, outside).acked(),
		in(timeWait, dataIn, behindFIN).silent("tcp.seq=%d", far),
		in(timeWait, rstFar, rstOutside).silent("tcp.flags=0x11"),
	}
}
