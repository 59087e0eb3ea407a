//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

// TestLiveWire: two kernels joined by `stackproof wire` with every fault that it knows. They find each other, what they
// transfer arrives whole, and the capture has all of it.
func TestLiveWire(t *testing.T) {
	a, b := newNamespace(t, "ping"), newNamespace(t)
	capture := t.TempDir() + "/wire.pcapng"
	wire := startProgram(t, a, nil, "wire", "tp1", "tp2", "--delay", "2ms", "--jitter", "1ms", "--rate", "500M",
		"--loss", "1", "--dup", "1", "--reorder", "1", "--corrupt", "1", "--pcap", capture)
	nextLine(t, wire.lines, "wire: joins tp1 tp2")
	a.ip(t, "link set tp2 netns "+b.Path(), "addr add 10.7.0.1/24 dev tp1", "addr add fd00:7::1/64 dev tp1 nodad", "link set tp1 up")
	b.ip(t, "addr add 10.7.0.2/24 dev tp2", "addr add fd00:7::2/64 dev tp2 nodad", "link set tp2 up")

	server := b.command(context.Background(), os.Args[0], ":7")
	server.Env = append(os.Environ(), asProgram+"=echoes")
	stdout, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	_, err = io.ReadFull(stdout, make([]byte, len("listening")))
	require.NoError(t, err)

	for _, host := range []string{"10.7.0.2", "fd00:7::2"} {
		t.Run("ping "+host, func(t *testing.T) {
			out := string(a.run(t, "", "ping", "-c", "100", "-i", "0.01", "-W", "5", host))
			received := regexp.MustCompile(`(\d+) received`).FindStringSubmatch(out)
			require.NotNil(t, received, out)
			n, err := strconv.Atoi(received[1])
			require.NoError(t, err)
			require.Greater(t, n, 70, out) // of each hundred four are lost or corrupted there and back
			fastest := regexp.MustCompile(`min/avg/max/mdev = ([0-9.]+)/`).FindStringSubmatch(out)
			require.NotNil(t, fastest, out)
			ms, err := strconv.ParseFloat(fastest[1], 64)
			require.NoError(t, err)
			require.GreaterOrEqual(t, ms, 4.0, "2 ms there and 2 ms back")
		})
		t.Run("transfer "+host, func(t *testing.T) {
			a.run(t, asProgram+"=echo-tcp", os.Args[0], net.JoinHostPort(host, "7"), fmt.Sprint(sized(4<<20, 100<<20)))
		})
	}
	wire.interrupt()
	entered := 0
	for _, name := range []string{"tp1", "tp2"} {
		s := nextLine(t, wire.lines, "wire: from "+name+": entered=")
		t.Log(s)
		for _, fault := range []string{"lost", "duplicated", "reordered", "corrupted"} {
			require.NotContains(t, s, fault+"=0 ", "it has not happened")
		}
		n := 0
		_, err := fmt.Sscanf(s, "wire: from "+name+": entered=%d", &n)
		require.NoError(t, err)
		entered += n
	}
	for range wire.lines { // until the program has ended, and the capture is whole
	}
	requireSent(t, capture, entered)
}

// requireSent reads a wire's capture to its end with a reader that is not ours: so many frames were sent into it.
func requireSent(t *testing.T, path string, want int) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r, err := pcapgo.NewNgReader(f, pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	sent := 0
	for {
		_, info, err := r.ReadPacketData()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if info.InterfaceIndex%2 == 0 {
			sent++
		}
	}
	require.Equal(t, want, sent)
	require.Equal(t, 4, r.NInterfaces())
}
