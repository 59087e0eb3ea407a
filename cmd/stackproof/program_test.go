package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asProgram is the environment variable that turns the test binary into the program itself, or into a client.
const asProgram = "STACKPROOF_TEST_PROGRAM"

// clients are the programs that use the kernel's sockets against the stack; arguments follow the address.
var clients = map[string]func(address string, args []string) error{
	"echo-tcp":   func(address string, args []string) error { return echo("tcp", address, number(args[0])) },
	"echo-udp":   func(address string, _ []string) error { return echo("udp", address, 1200) },
	"parallel":   func(address string, args []string) error { return parallel(address, number(args[0]), number(args[1])) },
	"refused":    func(address string, _ []string) error { return refused(address) },
	"discard":    func(address string, args []string) error { return discard(address, number(args[0])) },
	"chargen":    func(address string, args []string) error { return readChargen(address, number(args[0])) },
	"half-close": func(address string, _ []string) error { return halfClose(address) },
	"echoes":     func(address string, _ []string) error { return echoes(address) },
}

func TestMain(m *testing.M) {
	name := os.Getenv(asProgram)
	client := clients[name]
	switch {
	case name == "stackproof":
		main()
	case name == "hang": // it only says that it is there
		_ = os.WriteFile(os.Args[1], nil, 0o600)
		time.Sleep(time.Hour)
	case client != nil:
		if err := client(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintf(os.Stderr, "%s %s: %v\n", name, os.Args[1:], err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // what runs in parallel here waits for a wire, not for a processor
	os.Exit(m.Run())
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// dial connects through the kernel's sockets; everything on the connection ends within the limit of the step.
func dial(network, address string) (net.Conn, error) {
	c, err := net.DialTimeout(network, address, stepLimit())
	if err == nil {
		err = c.SetDeadline(time.Now().Add(stepLimit()))
	}
	return c, err
}

// long is the environment variable that, set to 1, has live steps do more than there is time for in `make test`.
const long = "STACKPROOF_LONG"

// stepLimit ends every live step: these tests meet a real kernel, in real time.
func stepLimit() time.Duration {
	if os.Getenv(long) == "1" {
		return 10 * time.Minute
	}
	return 4 * time.Minute
}

// echo sends and wants the same back; over TCP it closes its half first.
func echo(network, address string, size int) error {
	c, err := dial(network, address)
	if err != nil {
		return err
	}
	return echoOn(c, size)
}

func echoOn(c net.Conn, size int) error {
	defer c.Close()
	want, got := make([]byte, size), make([]byte, size)
	_, _ = (&testData{}).Read(want)
	stream, isStream := c.(*net.TCPConn)
	go func() {
		_, _ = c.Write(want)
		if isStream {
			_ = stream.CloseWrite()
		}
	}()
	if n, err := io.ReadFull(c, got); err != nil {
		return fmt.Errorf("after %d of %d bytes: %w", n, size, err)
	}
	if !bytes.Equal(got, want) {
		return errors.New("other bytes came back")
	}
	if isStream {
		return wantEnd(c)
	}
	return nil
}

func wantEnd(c net.Conn) error {
	if n, err := c.Read(make([]byte, 1)); err != io.EOF {
		return fmt.Errorf("after all bytes: %d, %v; want end of file", n, err)
	}
	return nil
}

// echoes sends back what each connection to an address of its own sends, until it is killed.
func echoes(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("listening")
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			_, _ = io.Copy(c, c)
		}()
	}
}

// parallel echoes on n connections that are all open before the first byte is sent.
func parallel(address string, n, size int) error {
	errs := make([]error, n)
	var done, open sync.WaitGroup
	open.Add(n)
	for i := range n {
		done.Go(func() {
			c, err := dial("tcp", address)
			open.Done()
			if err == nil {
				open.Wait()
				err = echoOn(c, size+i)
			}
			if err != nil {
				errs[i] = fmt.Errorf("connection %d: %w", i, err)
			}
		})
	}
	done.Wait()
	return errors.Join(errs...)
}

// refused connects to a port where nobody listens; the answer is there at once.
func refused(address string) error {
	begin := time.Now()
	_, err := dial("tcp", address)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%v; want connection refused", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		return fmt.Errorf("refused after %v only", took)
	}
	return nil
}

// discard sends, and hears nothing but the end.
func discard(address string, size int) error {
	c, err := dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.CopyN(c, &testData{}, int64(size)); err != nil {
		return err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	return wantEnd(c)
}

// readChargen reads some of the endless stream, and leaves.
func readChargen(address string, size int) error {
	c, err := dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	got := make([]byte, size)
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	lines := chargenLines()
	for i, b := range got {
		if b != lines[i%len(lines)] {
			return fmt.Errorf("byte %d is %q, want %q", i, b, lines[i%len(lines)])
		}
	}
	return nil
}

// halfClose closes its half before it has read anything, waits, and still gets the whole answer.
func halfClose(address string) error {
	c, err := dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /data/1M HTTP/1.0\r\n\r\n"); err != nil {
		return err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	time.Sleep(50 * time.Millisecond) // the server is half closed by now, and its window is shut
	answer, err := io.ReadAll(c)
	if err != nil {
		return err
	}
	want := make([]byte, 1<<20)
	_, _ = (&testData{}).Read(want)
	if _, body, _ := bytes.Cut(answer, []byte("\r\n\r\n")); !bytes.Equal(body, want) {
		return fmt.Errorf("%d bytes came, not the right ones", len(answer))
	}
	return nil
}
