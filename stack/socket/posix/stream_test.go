package posix

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// text is n bytes that tell where in the stream they are.
func text(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%23)
	}
	return string(b)
}

func TestStreamEcho(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		a, b := w.a, w.b
		c, _, s := w.pair()
		b.read(s, 0).ret(0)
		read := b.read(s, 100).blocks()
		a.write(c, "hello").ret(5)
		read.gotAt(1*ms, "hello").from(socket.Endpoint{})
		b.write(s, "hello yourself").ret(14)
		a.recv(c, 100, 0).blocks().gotAt(2*ms, "hello yourself")
		a.write(c, "").ret(0)
		a.sendto(c, "more", a.at(9)).ret(4) // the address is not looked at
		w.until(5 * ms)
		b.recv(s, 2, Peek).got("mo")
		b.recv(s, 100, Peek).got("more")
		b.read(s, 2).got("mo")
		b.read(s, 100).got("re")
		b.recv(s, 1, DontWait).fails(EAGAIN)
		b.nonblock(s)
		b.read(s, 1).fails(EAGAIN)
	})
}

func TestEndOfStream(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	c, _, s := w.pair()
	a.write(c, "last").ret(4)
	a.shutdown(c, ShutWrite)
	a.shutdown(c, ShutWrite)
	a.write(c, "x").fails(EPIPE)
	a.write(c, "").fails(EPIPE)
	w.until(10 * ms)
	b.revents(s, PollIn|PollOut)
	b.read(s, 100).got("last")
	b.read(s, 100).ret(0)
	b.recv(s, 100, Peek).ret(0)
	b.read(s, 100).ret(0)

	// The other half is still open.
	read := a.read(c, 100).blocks()
	b.write(s, "answer").ret(6)
	read.gotAt(11*ms, "answer")
	end := a.read(c, 100).blocks()
	b.close(s).ret(0)
	end.retAt(12*ms, 0)
	a.soError(c, ENone)
	a.revents(c, PollIn|PollOut|PollHup)
}

func TestNeverConnected(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.a.socket(Stream)
	w.a.read(s, 1).fails(ENOTCONN)
	w.a.write(s, "x").fails(EPIPE)
	w.a.want(ENOTCONN, w.a.Shutdown(w.now, s, ShutRead))
	w.a.read(s, 1).ret(0)
	w.a.revents(s, PollIn|PollOut|PollHup)
	w.a.soError(s, ENone)

	w.listener()
	w.a.connect(s, w.b.at(80)).retAt(2*ms, 0)
	w.a.read(s, 1).blocks()
}

// reset is a connection that b has reset after it had sent "bye"; a has not looked since.
func reset(t *testing.T) (w *world, c int) {
	w = newWorld(t, IPv4)
	c, _, s := w.pair()
	w.b.write(s, "bye").ret(3)
	w.b.set(s, SoLinger, Value{N: 1})
	w.b.close(s).ret(0)
	w.until(10 * ms)
	return w, c
}

func TestReset(t *testing.T) {
	t.Run("read", func(t *testing.T) {
		w, c := reset(t)
		w.a.revents(c, PollIn|PollOut|PollErr|PollHup)
		w.a.read(c, 100).got("bye")
		w.a.read(c, 100).fails(ECONNRESET)
		w.a.revents(c, PollIn|PollOut|PollHup)
		w.a.read(c, 100).ret(0)
		w.a.write(c, "x").fails(EPIPE)
		w.a.soError(c, ENone)
	})
	t.Run("write", func(t *testing.T) {
		w, c := reset(t)
		w.a.write(c, "x").fails(ECONNRESET)
		w.a.write(c, "x").fails(EPIPE)
		w.a.read(c, 100).got("bye")
		w.a.read(c, 100).ret(0)
	})
	t.Run("SO_ERROR", func(t *testing.T) {
		w, c := reset(t)
		w.a.soError(c, ECONNRESET)
		w.a.soError(c, ENone)
		w.a.write(c, "x").fails(EPIPE)
		_, e := w.a.PeerName(c)
		w.a.want(ENOTCONN, e)
		w.a.want(ENOTCONN, w.a.Shutdown(w.now, c, ShutWrite))
		w.a.connect(c, w.b.at(80)).fails(EISCONN)
	})
	t.Run("blocked", func(t *testing.T) {
		w := newWorld(t, IPv4)
		c, _, s := w.pair()
		read := w.a.read(c, 1).blocks()
		w.b.connect(s, socket.Endpoint{}).ret(0) // AF_UNSPEC aborts
		read.failsAt(1*ms, ECONNRESET)
		w.b.read(s, 1).fails(ENOTCONN)
	})
}

// After a FIN the end of the stream is what a reader sees, whatever comes behind it.
func TestResetAfterFIN(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	w.b.write(s, "bye").ret(3)
	w.b.shutdown(s, ShutWrite)
	w.until(5 * ms)
	w.b.set(s, SoLinger, Value{N: 1})
	w.b.close(s).ret(0)
	w.until(10 * ms)
	w.a.read(c, 100).got("bye")
	w.a.read(c, 100).ret(0)
	w.a.write(c, "x").fails(EPIPE)
}

func TestCloseWithUnreadDataResets(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	w.a.write(c, "nobody reads this").ret(17)
	w.until(5 * ms)
	w.b.close(s).ret(0)
	w.a.read(c, 1).blocks().failsAt(6*ms, ECONNRESET)
}

func TestLingerDoesNotWaitForAReset(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	w.a.write(c, "nobody reads this").ret(17)
	w.until(5 * ms)
	w.b.set(s, SoLinger, Value{N: 1, Time: time.Second})
	w.b.close(s).ret(0)
	w.a.read(c, 1).blocks().failsAt(6*ms, ECONNRESET)
}

// Nagle's algorithm (RFC 9293 3.7.4): a small segment waits while another is under way.
func TestNoDelay(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	send := func() {
		w.a.write(c, "one").ret(3)
		w.a.write(c, "two").ret(3)
	}
	send()
	w.until(1 * ms)
	w.b.read(s, 100).got("one")
	w.until(1 * time.Second)
	w.b.read(s, 100).got("two")
	w.a.set(c, TCPNoDelay, Value{N: 1})
	send()
	w.until(1*time.Second + 1*ms)
	w.b.read(s, 100).got("onetwo")
	w.until(2 * time.Second)
	w.a.send(c, "three", More).ret(5)
	w.until(2*time.Second + 20*ms)
	w.b.recv(s, 100, DontWait).fails(EAGAIN)
	w.a.send(c, "four", 0).ret(4)
	w.until(2*time.Second + 40*ms)
	w.b.read(s, 100).got("threefour")
	w.b.recv(s, 100, More).fails(EOPNOTSUPP)
}

func TestCloseSendsWhatIsQueued(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	sent := text(tcpBuffer)
	w.a.write(c, sent).ret(len(sent))
	w.a.close(c).ret(0)
	w.rest()
	w.b.read(s, 2*tcpBuffer).got(sent)
	// The window was full, so that FIN has to wait until it is opened.
	w.b.read(s, 1).blocks().retAt(w.now-w.zero+2*ms, 0)
}

func TestListenerClosesWithItsConnections(t *testing.T) {
	w := newWorld(t, IPv4)
	l := w.listener()
	c := w.a.socket(Stream)
	w.a.connect(c, w.b.at(80)).retAt(2*ms, 0)
	w.until(5 * ms)
	w.b.close(l).ret(0)
	w.a.read(c, 1).blocks().failsAt(6*ms, ECONNRESET)
}

func TestBlockingWriteWaitsForRoom(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	c, _, s := w.pair()
	sent := text(4 * tcpBuffer)
	write := a.write(c, sent).blocks()
	w.until(time.Second)
	write.blocks()
	got := ""
	for len(got) < len(sent) {
		r := b.read(s, 1000)
		require.True(t, r.done || w.now < w.zero+time.Minute)
		w.run(w.now + 500*ms)
		require.True(t, r.done)
		got += string(r.buf[:r.op.Ret])
		if len(got) <= len(sent)-2*tcpBuffer {
			write.blocks() // its last bytes do not even fit the two buffers
		}
	}
	require.Equal(t, sent, got)
	write.ret0sent(len(sent))
}

func (c *pending) ret0sent(n int) {
	c.h.w.t.Helper()
	require.True(c.h.w.t, c.done)
	require.Equal(c.h.w.t, n, c.op.Ret)
}

func TestPartialWrites(t *testing.T) {
	w := newWorld(t, IPv4)
	a := w.a
	c, _, _ := w.pair()
	w.cut = true
	a.send(c, text(tcpBuffer+100), DontWait).ret(tcpBuffer)
	a.send(c, "x", DontWait).fails(EAGAIN)
	a.revents(c, 0)
	a.set(c, SoSndTimeo, Value{Time: 30 * ms})
	a.write(c, "x").blocks().failsAt(30*ms, EAGAIN)
}

func TestSendTimeoutTellsWhatWasSent(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, _ := w.pair()
	w.cut = true
	w.a.set(c, SoSndTimeo, Value{Time: 30 * ms})
	w.a.write(c, text(tcpBuffer+100)).blocks().retAt(30*ms, tcpBuffer)
}

func TestShutdownWakesBlockedCalls(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	read := w.a.read(c, 1).blocks()
	write := w.b.write(s, text(3*tcpBuffer)).blocks()
	w.a.shutdown(c, ShutRead)
	read.ret(0)
	w.until(100 * ms)
	write.blocks()
	w.b.shutdown(s, ShutWrite)
	require.True(t, write.done)
	require.Greater(t, write.op.Ret, tcpBuffer) // what it sent before
	w.a.read(c, 10).got(text(10))
}

func TestLingeringClose(t *testing.T) {
	t.Run("until all is acknowledged", func(t *testing.T) {
		w := newWorld(t, IPv4)
		c, _, s := w.pair()
		w.a.set(c, SoLinger, Value{N: 1, Time: 10 * time.Second})
		w.a.nonblock(c)
		w.a.write(c, "last words").ret(10)
		w.a.close(c).blocks().retAt(2*ms, 0)
		w.b.read(s, 100).got("last words")
	})
	t.Run("until the time is over", func(t *testing.T) {
		w := newWorld(t, IPv4)
		c, _, s := w.pair()
		w.cut = true
		w.a.set(c, SoLinger, Value{N: 1, Time: 100 * ms})
		w.a.write(c, "last words").ret(10)
		closing := w.a.close(c).blocks()
		w.a.read(c, 1).fails(EBADF)
		closing.retAt(100*ms, 0)
		w.cut = false
		w.b.read(s, 100).blocks()
		w.until(10 * time.Second)
		w.b.read(s, 100).ret(0) // it goes on in the background
	})
	t.Run("not at all", func(t *testing.T) {
		w := newWorld(t, IPv4)
		c := w.a.socket(Stream)
		w.a.set(c, SoLinger, Value{N: 1, Time: 100 * ms})
		w.a.close(c).ret(0)
	})
}

func TestConnectionTimesOut(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, _ := w.pair()
	w.cut = true
	w.a.write(c, "is anybody there?").ret(17)
	read := w.a.read(c, 1).blocks()
	w.until(100*time.Second - 1) // RFC 9293 3.8.3: R2 is at least that (SHLD-11)
	read.blocks()
	w.until(time.Hour)
	require.True(t, read.done)
	w.a.want(ETIMEDOUT, read.op.Err)
	w.a.read(c, 1).ret(0)
	w.a.write(c, "x").fails(EPIPE)
}

func TestShutdownBoth(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	w.a.shutdown(c, ShutBoth)
	w.a.revents(c, PollIn|PollOut|PollHup)
	w.a.read(c, 1).ret(0)
	w.until(5 * ms)
	w.b.read(s, 1).ret(0)
	core, sock, ok := w.a.Inspect(c)
	require.True(t, ok)
	require.Equal(t, tcp.FinWait2, core.State(sock))
	w.b.close(s).ret(0)
	w.until(10 * ms)
	require.Equal(t, tcp.TimeWait, core.State(sock))
}

func TestShutdownWhileConnecting(t *testing.T) {
	w := newWorld(t, IPv4)
	w.cut = true
	c := w.a.socket(Stream)
	w.a.nonblock(c)
	w.a.connect(c, w.b.at(80)).fails(EINPROGRESS)
	w.a.shutdown(c, ShutWrite)
	w.a.connect(c, w.b.at(80)).fails(EINPROGRESS)
}

func TestLongTransfer(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		c, _, s := w.pair()
		sent := strings.Repeat(text(997), 100)
		write := w.a.write(c, sent).blocks()
		got := ""
		for w.now < w.zero+time.Minute && len(got) < len(sent) {
			r := w.b.read(s, tcpBuffer)
			for !r.done && w.now < w.zero+time.Minute {
				w.run(w.now + ms)
			}
			got += string(r.buf[:r.op.Ret])
		}
		require.Equal(t, sent, got)
		write.ret0sent(len(sent))
	})
}
