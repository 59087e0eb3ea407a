package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

var at = time.Unix(1_700_000_000, 123_456_000)

// frames are what the test files hold.
var frames = [][]byte{bytes.Repeat([]byte{1}, 60), bytes.Repeat([]byte{2}, 61), {3}, {}, bytes.Repeat([]byte{4}, 9000)}

// writer writes captures in one byte order, field by field.
type writer struct {
	bytes.Buffer
	order binary.AppendByteOrder
}

func (w *writer) u16(v ...uint16) {
	for _, v := range v {
		w.Write(w.order.AppendUint16(nil, v))
	}
}

func (w *writer) u32(v ...uint32) {
	for _, v := range v {
		w.Write(w.order.AppendUint32(nil, v))
	}
}

// block writes a block of pcapng, whose length may be lied about.
func (w *writer) block(kind uint32, body []byte, lie ...uint32) {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	total := uint32(len(body) + blockOverhead)
	begin, end := total, total
	if len(lie) > 0 {
		begin, end = lie[0], lie[1]
	}
	w.u32(kind, begin)
	w.Write(body)
	w.u32(end)
}

// body makes the body of a block.
func (w *writer) body(f func(b *writer)) []byte {
	b := &writer{order: w.order}
	f(b)
	return b.Bytes()
}

func (w *writer) section() {
	w.block(blockSection, w.body(func(b *writer) { b.u32(byteOrderMagic); b.u16(1, 0); b.u32(0xffffffff, 0xffffffff) }))
}

func (w *writer) describe(link Link, snap uint32, options ...uint16) {
	w.block(blockInterface, w.body(func(b *writer) { b.u16(uint16(link), 0); b.u32(snap); b.u16(options...) }))
}

func (w *writer) enhanced(i uint32, stamp uint64, frame []byte, options ...uint16) {
	w.block(blockEnhanced, w.body(func(b *writer) {
		b.u32(i, uint32(stamp>>32), uint32(stamp), uint32(len(frame)), uint32(len(frame)))
		b.Write(frame)
		b.Write(make([]byte, -len(frame)&3))
		b.u16(options...)
	}))
}

// pcapFile is a file of the older format.
func pcapFile(order binary.AppendByteOrder, nano bool, link uint32, frames ...[]byte) []byte {
	w := &writer{order: order}
	magic, fraction := uint32(magicMicro), uint32(at.Nanosecond()/1000)
	if nano {
		magic, fraction = magicNano, uint32(at.Nanosecond())
	}
	w.u32(magic)
	w.u16(2, 4)
	w.u32(0, 0, MaxFrame, link)
	for _, f := range frames {
		w.u32(uint32(at.Unix()), fraction, uint32(len(f)), uint32(len(f)))
		w.Write(f)
	}
	return w.Bytes()
}

// read reads all frames of a file, as copies.
func read(file []byte) (all []Frame, err error) {
	r, err := NewReader(bytes.NewReader(file), "x")
	for err == nil {
		var f *Frame
		if f, err = r.Next(); err == nil {
			c := *f
			c.Data = append([]byte{}, f.Data...)
			all = append(all, c)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}

func requireFrames(t *testing.T, file []byte) {
	t.Helper()
	got, err := read(file)
	require.NoError(t, err)
	require.Len(t, got, len(frames))
	for i, f := range got {
		require.Equal(t, int64(i+1), f.Number)
		require.Equal(t, frames[i], f.Data)
		require.Equal(t, len(frames[i]), f.Length)
		require.Equal(t, Ethernet, f.Link)
		require.Equal(t, time.Duration(at.UnixNano()), f.Time)
	}
}

func TestPcap(t *testing.T) {
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		t.Run(name, func(t *testing.T) {
			requireFrames(t, pcapFile(order, false, 1, frames...))
			requireFrames(t, pcapFile(order, true, 1, frames...))
		})
	}
}

// TestWrittenElsewhere: what gopacket writes.
func TestWrittenElsewhere(t *testing.T) {
	var old, ng bytes.Buffer
	w := pcapgo.NewWriter(&old)
	require.NoError(t, w.WriteFileHeader(65536, layers.LinkTypeEthernet))
	n, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	require.NoError(t, err)
	for _, f := range frames {
		ci := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(f), Length: len(f)}
		require.NoError(t, w.WritePacket(ci, f))
		require.NoError(t, n.WritePacket(ci, f))
	}
	require.NoError(t, n.Flush())
	requireFrames(t, old.Bytes())
	requireFrames(t, ng.Bytes())
}

// TestSections: interfaces belong to their section, blocks of other kinds are passed over, and each byte order is known
// from the section's header.
func TestSections(t *testing.T) {
	little, big := &writer{order: binary.LittleEndian}, &writer{order: binary.BigEndian}
	little.section()
	little.describe(Ethernet, 0)
	little.describe(Raw, 0, optResol, 1, 0x0009, 0)
	little.block(5, make([]byte, 40))
	little.enhanced(1, uint64(at.UnixNano()), []byte{1, 2, 3}, 1, 4, 0x4141, 0x4141)
	little.block(blockSimple, little.body(func(b *writer) { b.u32(2); b.Write([]byte{8, 9}) }))
	big.section()
	big.describe(SLL, 0, optResol, 1, 0x8a00, 0) // 2^-10 s
	big.describe(Null, 0)
	big.enhanced(0, 3<<10|512, []byte{5})
	big.block(blockPacket, big.body(func(b *writer) {
		b.u16(1, 77)
		b.u32(0, 5_000_000, 2, 4)
		b.Write([]byte{6, 7, 0, 0})
	}))
	got, err := read(append(little.Bytes(), big.Bytes()...))
	require.NoError(t, err)
	for i := range got {
		got[i].Offset = 0
	}
	require.Equal(t, []Frame{
		{Number: 1, Interface: 1, Link: Raw, Time: time.Duration(at.UnixNano()), Data: []byte{1, 2, 3}, Length: 3},
		{Number: 2, Link: Ethernet, Data: []byte{8, 9}, Length: 2},
		{Number: 3, Link: SLL, Time: 3500 * time.Millisecond, Data: []byte{5}, Length: 1},
		{Number: 4, Interface: 1, Link: Null, Time: 5 * time.Second, Data: []byte{6, 7}, Length: 4},
	}, got)
	require.True(t, got[3].Cut())
}

// TestCheckSequence: an FCS is no part of the frame, however the file tells of it.
func TestCheckSequence(t *testing.T) {
	got, err := read(pcapFile(binary.LittleEndian, false, 1|1<<26|2<<28, make([]byte, 64)))
	require.NoError(t, err)
	require.Len(t, got[0].Data, 60)
	w := &writer{order: binary.LittleEndian}
	w.section()
	w.describe(Ethernet, 0, optFCS, 1, 4, 0)
	w.enhanced(0, 0, make([]byte, 64))
	w.enhanced(0, 0, make([]byte, 64), optFlags, 4, 2<<5, 0)
	got, err = read(w.Bytes())
	require.NoError(t, err)
	require.Len(t, got[0].Data, 60)
	require.Len(t, got[1].Data, 62)
	require.Equal(t, 60, got[0].Length)
}

// TestOldLengths: files older than version 2.4 have the lengths of a record the other way round, or either way.
func TestOldLengths(t *testing.T) {
	for minor, lengths := range map[uint16][2]uint32{2: {9, 3}, 3: {9, 3}, 4: {3, 9}} {
		w := &writer{order: binary.BigEndian}
		w.u32(magicMicro)
		w.u16(2, minor)
		w.u32(0, 0, 100, 1, 0, 0, lengths[0], lengths[1])
		w.Write([]byte{1, 2, 3})
		got, err := read(w.Bytes())
		require.NoError(t, err)
		require.Equal(t, []byte{1, 2, 3}, got[0].Data)
		require.Equal(t, 9, got[0].Length)
	}
}

// TestCutAnywhere: a file that ends in the middle is refused with the place where the last record began, and what stands
// before that is read.
func TestCutAnywhere(t *testing.T) {
	w := &writer{order: binary.LittleEndian}
	w.section()
	w.describe(Ethernet, 0)
	w.block(5, make([]byte, 8))
	w.enhanced(0, 1, []byte{1, 2, 3, 4, 5})
	w.enhanced(0, 2, []byte{6})
	for name, file := range map[string][]byte{"pcap": pcapFile(binary.LittleEndian, true, 1, frames[:3]...), "pcapng": w.Bytes()} {
		t.Run(name, func(t *testing.T) {
			whole := map[int]bool{}
			r, err := NewReader(bytes.NewReader(file), "x")
			require.NoError(t, err)
			for err == nil {
				whole[int(r.Offset())] = true
				_, err = r.Next()
			}
			require.ErrorIs(t, err, io.EOF)
			for n := range file {
				got, err := read(file[:n])
				var bad *Error
				if errors.As(err, &bad) {
					require.LessOrEqual(t, bad.Offset, int64(n))
					require.Contains(t, err.Error(), "capture: x: at byte ")
				} else {
					require.NoError(t, err)
					require.True(t, whole[n] || name == "pcapng" && (n == 28 || n == 48 || n == 68), "cut at %d", n)
				}
				require.LessOrEqual(t, len(got), 3)
			}
		})
	}
}

// TestHostile: lengths and numbers that lie.
func TestHostile(t *testing.T) {
	ng := func(f func(w *writer)) []byte {
		w := &writer{order: binary.LittleEndian}
		w.section()
		w.describe(Ethernet, 0)
		f(w)
		return w.Bytes()
	}
	pcap := func(words ...uint32) []byte {
		w := &writer{order: binary.LittleEndian}
		w.Write(pcapFile(w.order, false, 1))
		w.u32(words...)
		return w.Bytes()
	}
	version := func(b []byte) []byte { b[4] = 3; return b }
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                {nil, "at byte 0: the file is empty"},
		"three bytes":          {[]byte{1, 2, 3}, "3 bytes are no capture"},
		"text":                 {[]byte("hello, world"), "0x68656c6c is not how"},
		"gzip":                 {[]byte{0x1f, 0x8b, 8, 0, 0}, "gzip"},
		"pcap's version":       {version(pcap()), "pcap version 3.4"},
		"a huge record":        {pcap(0, 0, 0xffffffff, 0xffffffff), "at byte 24: a record of 4294967295 bytes"},
		"more than there was":  {pcap(0, 0, 5, 4, 0, 0), "a record of 5 bytes, of a frame that had 4"},
		"a long second":        {pcap(0, 1_000_000, 0, 0), "1000000 parts of a second"},
		"a frame from nowhere": {pcap(0, 0, 0, 0xffffffff), "a frame that had 4294967295 bytes"},
		"a block of 8 bytes":   {ng(func(w *writer) { w.u32(9, 8, 8) }), "at byte 48: a block of type 9 whose length is 8"},
		"an odd block":         {ng(func(w *writer) { w.u32(9, 13); w.Write(make([]byte, 13)) }), "whose length is 13"},
		"a huge block":         {ng(func(w *writer) { w.u32(6, 0xfffffffc) }), "a block of type 6 of 4294967292 bytes"},
		"a huge unknown block": {ng(func(w *writer) { w.u32(99, 0xfffffffc) }), "a block of type 99 of 4294967292 bytes"},
		"two lengths":          {ng(func(w *writer) { w.block(6, make([]byte, 20), 32, 36) }), "32 bytes long at its begin and 36 at its end"},
		"two other lengths":    {ng(func(w *writer) { w.block(7, make([]byte, 20), 32, 36) }), "32 bytes long at its begin and 36 at its end"},
		"no such interface":    {ng(func(w *writer) { w.enhanced(1, 0, []byte{1}) }), "a frame of interface 1: the section describes 1"},
		"a short packet block": {ng(func(w *writer) { w.block(6, make([]byte, 16)) }), "a frame's block of 28 bytes, at least 32"},
		"a short simple one":   {ng(func(w *writer) { w.block(3, nil) }), "a frame's block of 12 bytes, at least 16"},
		"a long frame": {ng(func(w *writer) {
			w.block(6, w.body(func(b *writer) { b.u32(0, 0, 0, 400, 400, 0) }))
		}), "a frame of 400 bytes in a block that has room for 4"},
		"a lying simple one": {ng(func(w *writer) { w.block(3, w.body(func(b *writer) { b.u32(100, 0) })) }), "room for 4"},
		"a short interface":  {ng(func(w *writer) { w.block(1, nil) }), "an interface's block of 0 bytes"},
		"an option too long": {ng(func(w *writer) { w.describe(Ethernet, 0, 1, 50, 0, 0) }), "an option 1 of 50 bytes where there are 4"},
		"a resolution":       {ng(func(w *writer) { w.describe(Ethernet, 0, optResol, 1, 20, 0) }), "resolution 0x14"},
		"another resolution": {ng(func(w *writer) { w.describe(Ethernet, 0, optResol, 1, 0xff, 0) }), "resolution 0xff"},
		"a long resolution":  {ng(func(w *writer) { w.describe(Ethernet, 0, optResol, 2, 0x0909, 0) }), "an option 9 of 2 bytes"},
		"end of time": {ng(func(w *writer) {
			w.describe(Ethernet, 0, optResol, 1, 0, 0)
			w.enhanced(1, 1<<40, nil)
		}), "more than 292 years"},
		"beyond time": {ng(func(w *writer) {
			w.describe(Ethernet, 0, optOffset, 8, 0xffff, 0xffff, 0xffff, 0x7fff)
			w.enhanced(1, 1, nil)
		}), "more than 292 years"},
		"a second section": {ng(func(w *writer) { w.u32(blockSection, 28, 5); w.Write(make([]byte, 20)) }), "byte order is 0x05000000"},
		"its version": {ng(func(w *writer) {
			w.block(blockSection, w.body(func(b *writer) { b.u32(byteOrderMagic); b.u16(2, 0); b.u32(0, 0) }))
		}), "pcapng version 2.0"},
		"its length": {ng(func(w *writer) {
			w.block(blockSection, w.body(func(b *writer) { b.u32(byteOrderMagic); b.u16(1, 0); b.u32(0, 0) }), 8, 8)
		}), "a section's header whose length is 8"},
		"an interface for each": {ng(func(w *writer) {
			for range maxInterfaces {
				w.describe(Ethernet, 0)
			}
		}), "more than 4096 interfaces"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.file)
			var bad *Error
			require.ErrorAs(t, err, &bad)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestBrokenSource: an error of what the capture is read from is no fault of the capture's.
func TestBrokenSource(t *testing.T) {
	file := pcapFile(binary.LittleEndian, false, 1, frames...)
	broken := errors.New("the disk is gone")
	r, err := NewReader(io.MultiReader(bytes.NewReader(file[:100]), &failing{broken}), "x")
	for err == nil {
		_, err = r.Next()
	}
	require.ErrorIs(t, err, broken)
	_, again := r.Next()
	require.Equal(t, err, again)
	_, err = NewReader(&failing{broken}, "x")
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// TestConstantMemory: a frame costs no memory that the one before has not cost.
func TestConstantMemory(t *testing.T) {
	w := &writer{order: binary.LittleEndian}
	w.section()
	w.describe(Ethernet, 0)
	for range 3000 {
		w.enhanced(0, 1, frames[0], 1, 4, 0x4141, 0x4141)
		w.block(9, make([]byte, 100))
	}
	for _, file := range [][]byte{w.Bytes(), pcapFile(binary.LittleEndian, true, 1, make([][]byte, 3000)...)} {
		r, err := NewReader(bytes.NewReader(file), "x")
		require.NoError(t, err)
		require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
			_, err := r.Next()
			require.NoError(t, err)
		}), 1.0)
	}
}
