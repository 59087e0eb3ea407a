package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"stackproof/drivers/segment"
	"stackproof/drivers/tap"
	"stackproof/stack"
	"stackproof/stack/netgo"
)

// statistics are what `serve` can tell of its work.
type statistics struct {
	host *netgo.Host
	dev  *tap.Device
	wire *segment.Live // nil: without faults
}

func (s *statistics) print(w io.Writer) {
	s.printDevice(w)
	conns := 0
	s.host.Do(func(s *stack.Stack) { conns = s.TCPConns() })
	fmt.Fprintf(w, "serve: connections=%d\n", conns)
	writeCounters(w, s.host)
}

func (s *statistics) printDevice(w io.Writer) {
	st := s.dev.Stats()
	fmt.Fprintf(w, "serve: received=%d sent=%d receive_dropped=%d send_failed=%d\n", st.Received, st.Sent, st.ReceiveDropped, st.SendFailed)
	if s.wire == nil {
		return
	}
	out, in := s.wire.Stats(1)
	printFaults(w, "serve: faults_in", in)
	printFaults(w, "serve: faults_out", out)
}

// writeCounters writes what the stack has counted, a line for each counter that is not 0.
func writeCounters(w io.Writer, h *netgo.Host) {
	var counts [stack.NumCounters]uint64
	h.Do(func(s *stack.Stack) {
		for c := range stack.NumCounters {
			counts[c] = s.Counter(c)
		}
	})
	for c, n := range counts {
		if n != 0 {
			fmt.Fprintf(w, "%-28s %d\n", stack.Counter(c), n)
		}
	}
}

// requests delivers a token for each request to print statistics: a signal, or a key where in is a terminal that is
// ours. restore puts the terminal back as it was.
func requests(in io.Reader) (ask <-chan struct{}, restore func()) {
	tokens := make(chan struct{}, 1)
	token := func() {
		select {
		case tokens <- struct{}{}:
		default: // one lies there already
		}
	}
	stop := onSignal(token)
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return tokens, stop
	}
	restoreTerminal, ok := keyByKey(int(f.Fd()))
	if !ok {
		return tokens, stop
	}
	go func() { // until the program ends: a Read from a terminal cannot be taken back
		key := make([]byte, 1)
		for {
			if _, err := f.Read(key); err != nil {
				return
			}
			token()
		}
	}()
	return tokens, func() { stop(); restoreTerminal() }
}
