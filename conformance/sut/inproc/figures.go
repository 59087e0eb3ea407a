package inproc

import (
	"math"

	"stackproof/conformance/sut"
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// ofConnection reads a figure of a stream's connection.
func ofConnection(f sut.Figure, core *socket.Table, sock int, value *int64) sut.Status {
	i := core.Info(sock)
	unread, unacked := core.Queued(sock)
	switch f {
	case sut.FigUnacked:
		*value = int64(i.Unacked)
	case sut.FigSacked:
		*value = int64(i.Sacked)
	case sut.FigLost:
		*value = int64(i.Lost)
	case sut.FigRetrans:
		*value = int64(i.Retrans)
	case sut.FigRTO:
		*value = i.RTO.Microseconds()
	case sut.FigRTT:
		*value = i.SRTT.Microseconds()
	case sut.FigRTTVar:
		*value = i.RTTVar.Microseconds()
	case sut.FigCwnd:
		*value = int64(i.Cwnd / max(i.SndMSS, 1))
	case sut.FigSSThresh:
		*value = threshold(&i)
	case sut.FigSndMSS:
		*value = int64(i.SndMSS)
	case sut.FigRcvMSS:
		*value = int64(i.RcvMSS)
	case sut.FigAdvMSS:
		*value = int64(i.AdvMSS)
	case sut.FigSndWnd:
		*value = int64(i.SndWnd)
	case sut.FigSndWScale:
		*value = int64(i.SndShift)
	case sut.FigRcvWScale:
		*value = int64(i.RcvShift)
	case sut.FigRcvWnd:
		*value = int64(i.RcvWnd)
	case sut.FigReordering:
		*value = tcp.DupThreshold
	case sut.FigTCPOptions:
		*value = agreed(i.Agreed)
	case sut.FigRecvQueue:
		*value = int64(unread)
	case sut.FigSendQueue:
		*value = int64(unacked)
	case sut.FigCAState:
		*value = caStates[i.CA]
	default:
		return sut.Unsupported
	}
	return sut.OK
}

// caStates are the judge's numbers.
var caStates = [...]int64{tcp.CAOpen: 0, tcp.CADisorder: 1, tcp.CACWR: 2, tcp.CARecovery: 3, tcp.CALoss: 4}

// threshold is the slow start threshold in segments.
func threshold(i *tcp.Info) int64 {
	if i.SSThresh >= tcp.Infinite {
		return math.MaxInt32
	}
	return int64(i.SSThresh / max(i.SndMSS, 1))
}

// agreed are the options of a connection as the judge numbers them.
func agreed(o tcp.OptionSet) (n int64) {
	if o.Has(tcp.Timestamps) {
		n |= 1
	}
	if o.Has(tcp.SACK) {
		n |= 2
	}
	if o.Has(tcp.WindowScale) {
		n |= 4
	}
	if o.Has(tcp.ECN) {
		n |= 8
	}
	return n
}
