package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// asProgram is the environment variable that turns the test binary into the program itself, or into a client.
const asProgram = "STACKPROOF_TEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "stackproof":
		main()
	case "echo":
		if err := echoClient(os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// echoClient sends through the kernel's sockets and wants the same back; over TCP it closes its half first.
func echoClient(network, address string) error {
	c, err := net.DialTimeout(network, address, 10*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	want := make([]byte, 1200)
	if network == "tcp" {
		want = make([]byte, 300_000)
	}
	_, _ = (&testData{}).Read(want)
	go func() {
		_, _ = c.Write(want)
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("echo: %s gives other bytes", network)
	}
	if network == "tcp" {
		if n, err := c.Read(got); err != io.EOF {
			return fmt.Errorf("echo: after all bytes: %d, %v; want end of file", n, err)
		}
	}
	return nil
}
