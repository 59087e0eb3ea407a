//go:build tinygo

// Command typical is an application to be weighed: it answers a TCP connection and datagrams, and connects to somebody.
package main

import (
	"time"

	"stackproof/cmd/firmware/board"
	"stackproof/cmd/firmware/testdata/footprint"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

var (
	buf   [512]byte
	op    posix.Op
	wakes time.Duration
)

func main() {
	if !footprint.Init() {
		board.Exit(1)
	}
	f := &footprint.TableFace
	server, _ := f.Socket(posix.IPv4, posix.Stream, 0)
	f.Bind(server, socket.Endpoint{})
	f.Listen(server, 1)
	client, _ := f.Socket(posix.IPv4, posix.Stream, 0)
	datagrams, _ := f.Socket(posix.IPv4, posix.Datagram, 0)
	f.Bind(datagrams, socket.Endpoint{})
	wait(f.Connect(now(), &op, client, socket.Endpoint4([4]byte{192, 0, 2, 1}, 80)))
	for {
		wait(f.Accept(now(), &op, server))
		fd := op.Ret
		wait(f.Recv(now(), &op, fd, buf[:], 0))
		wait(f.Send(now(), &op, fd, buf[:op.Ret], 0, socket.Endpoint{}))
		wait(f.Recv(now(), &op, datagrams, buf[:], 0))
		wait(f.Send(now(), &op, datagrams, buf[:op.Ret], 0, op.From))
		wait(f.Close(now(), &op, fd))
	}
}

func now() time.Duration { return time.Duration(board.Ticks()) }

// wait lets the stack work until the call is done.
func wait(done bool) {
	for !done {
		wakes = footprint.Driver.Poll(now())
		up, _, _ := footprint.Driver.Link()
		footprint.Stack.SetLink(now(), up)
		footprint.Stack.Poll(now())
		done = footprint.TableFace.Step(now(), &op)
	}
}
