package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"stackproof/stack/netgo"
)

// The ports of RFC 863 and RFC 864.
const (
	discardPort = 9
	chargenPort = 19
)

// services are the programs that run on the stack.
type services struct {
	host    *netgo.Host
	web     http.Server
	closers []io.Closer
	wg      sync.WaitGroup
}

func (s *services) start(f *serveFlags) error {
	s.web = http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	for _, l := range []struct {
		name string
		port uint16
		run  func(net.Listener)
	}{
		{"echo", f.echoPort, s.each(func(c net.Conn) { _, _ = io.Copy(c, c) })},
		{"discard", discardPort, s.each(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })},
		{"chargen", chargenPort, s.each(chargen)},
		{"HTTP", f.httpPort, func(l net.Listener) { _ = s.web.Serve(l) }},
	} {
		listener, err := s.host.Listen("tcp", ":"+strconv.Itoa(int(l.port)))
		if err != nil {
			return fmt.Errorf("serve: cannot start the %s server: %w", l.name, err)
		}
		s.closers = append(s.closers, listener)
		s.wg.Go(func() { l.run(listener) })
	}
	for _, l := range []struct {
		name   string
		port   uint16
		answer bool
	}{{"echo", f.echoPort, true}, {"discard", discardPort, false}} {
		c, err := s.host.ListenPacket("udp", ":"+strconv.Itoa(int(l.port)))
		if err != nil {
			return fmt.Errorf("serve: cannot start the %s server: %w", l.name, err)
		}
		s.closers = append(s.closers, c)
		s.wg.Go(func() { datagrams(c, l.answer) })
	}
	return nil
}

func (s *services) stop() {
	_ = s.web.Close()
	for _, c := range s.closers {
		_ = c.Close()
	}
	_ = s.host.Close() // ends what still waits
	s.wg.Wait()
}

// each serves every connection of a listener by itself.
func (s *services) each(serve func(net.Conn)) func(net.Listener) {
	return func(l net.Listener) {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // no socket is free: the connection waits until one is
				time.Sleep(acceptPause)
				continue
			}
			s.wg.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	}
}

const acceptPause = 10 * time.Millisecond

// datagrams takes datagrams, and sends each back if it is to be answered.
func datagrams(c net.PacketConn, answer bool) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := c.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && answer {
			_, _ = c.WriteTo(buf[:n], from)
		}
	}
}

// chargen sends the lines of RFC 864 until the peer has enough: 72 of the 95 printing characters, each line beginning
// with the next one. What the peer sends is thrown away.
func chargen(c net.Conn) {
	go func() { _, _ = io.Copy(io.Discard, c) }() // ends when the connection is closed below
	lines := chargenLines()
	for {
		if _, err := c.Write(lines); err != nil {
			return
		}
	}
}

// chargenLines is one round of lines.
func chargenLines() (lines []byte) {
	const printing = '~' - ' ' + 1 // characters
	for first := range printing {
		for i := range rune(72) {
			lines = append(lines, byte(' '+(first+i)%printing))
		}
		lines = append(lines, "\r\n"...)
	}
	return lines
}
