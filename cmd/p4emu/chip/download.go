package chip

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
)

// Download is the ROM's download mode, in which a chip starts whose pin 35 is low at a reset: the ROM obeys a host on the
// serial line, writes what it sends to flash, or loads it into memory and starts it. The protocol is Espressif's, which
// esptool documents ("Serial Protocol"), as the ROM itself speaks it, without the program that esptool loads to be faster.
type Download struct {
	Flash    []byte  // all that the chip has
	Memory   *Memory // nil: nothing can be loaded into memory
	Revision uint32  // major*100 + minor
	ID       uint32  // what the chip says it is; 0 is the ESP32-P4
	Baud     uint32  // what the host has last asked for; the ROM begins at 115,200
	OneRate  bool    // the ROM refuses another rate
	// Answered is what becomes of an answer; nil: it is sent. An answer that becomes empty is not.
	Answered func(command byte, answer []byte) []byte

	frame    []byte
	inFrame  bool
	escaped  bool
	attached bool
	room     uint32 // how much flash the host has said there is
	to       uint32 // where the next block goes
	block    uint32 // how long it is
	next     uint32 // its number
	blocks   uint32
	spi      map[uint32]uint32 // registers of SPI1
	loaded   []Segment         // what went into memory
}

// The commands.
const (
	flashBegin     = 0x02
	flashData      = 0x03
	flashEnd       = 0x04
	memoryBegin    = 0x05
	memoryEnd      = 0x06
	memoryData     = 0x07
	synchronise    = 0x08
	writeRegister  = 0x09
	readRegister   = 0x0a
	flashSetting   = 0x0b
	flashAttach    = 0x0d
	changeBaud     = 0x0f
	flashHash      = 0x13
	securityReport = 0x14
)

// Their errors.
const (
	done        = 0
	invalid     = 5
	failed      = 6
	badChecksum = 7
	writeFailed = 8
)

// Framing (RFC 1055).
const (
	slipEnd    = 0xc0
	slipEscape = 0xdb
)

// sector is what flash erases at a time.
const sector = 4 << 10

// Next is what the ROM does after a command.
type Next uint8

const (
	Obeys  Next = iota // it waits for another
	Starts             // it starts the program that it has loaded
	Boots              // it starts as after a reset
)

// Feed takes bytes from the host and returns what is answered, and what the ROM does then: for Starts, entry is where.
func (d *Download) Feed(p []byte) (answers []byte, next Next, entry uint32) {
	for _, c := range p {
		switch {
		case c == slipEnd:
			if d.inFrame && len(d.frame) > 0 {
				var a []byte
				a, next, entry = d.obey(d.frame)
				answers = append(answers, a...)
				d.inFrame = false
			} else {
				d.inFrame = true
			}
			d.frame, d.escaped = d.frame[:0], false
			if next != Obeys {
				return answers, next, entry
			}
		case !d.inFrame:
		case d.escaped:
			d.escaped = false
			if c == 0xdc {
				d.frame = append(d.frame, slipEnd)
			} else {
				d.frame = append(d.frame, slipEscape)
			}
		case c == slipEscape:
			d.escaped = true
		default:
			d.frame = append(d.frame, c)
		}
	}
	return answers, Obeys, 0
}

// obey carries out one command.
func (d *Download) obey(f []byte) (answers []byte, next Next, entry uint32) {
	if len(f) < 8 || f[0] != 0 || int(binary.LittleEndian.Uint16(f[2:])) != len(f)-8 {
		return nil, Obeys, 0 // noise
	}
	command, checksum, body := f[1], binary.LittleEndian.Uint32(f[4:]), f[8:]
	value, data, status := d.carryOut(command, checksum, body)
	a := []byte{1, command}
	a = binary.LittleEndian.AppendUint16(a, uint16(len(data)+4))
	a = binary.LittleEndian.AppendUint32(a, value)
	a = append(a, data...)
	a = append(a, byte(min(status, 1)), status, 0, 0)
	times := 1
	if command == synchronise {
		times = 8
	}
	for range times {
		if d.Answered == nil {
			answers = append(answers, Frame(a)...)
		} else if a := d.Answered(command, a); len(a) > 0 {
			answers = append(answers, Frame(a)...)
		}
	}
	switch {
	case status != done:
	case command == changeBaud:
		d.Baud = word(body, 0)
	case command == memoryEnd && word(body, 0) == 0:
		return answers, Starts, word(body, 1)
	case command == flashEnd && word(body, 0) == 0:
		return answers, Boots, 0
	}
	return answers, Obeys, 0
}

// Frame puts a message between delimiters.
func Frame(message []byte) []byte {
	f := []byte{slipEnd}
	for _, c := range message {
		switch c {
		case slipEnd:
			f = append(f, slipEscape, 0xdc)
		case slipEscape:
			f = append(f, slipEscape, 0xdd)
		default:
			f = append(f, c)
		}
	}
	return append(f, slipEnd)
}

// word is the i-th word of a command, 0 where it is too short.
func word(b []byte, i int) uint32 {
	if len(b) < 4*i+4 {
		return 0
	}
	return binary.LittleEndian.Uint32(b[4*i:])
}

// carryOut does what a command says.
func (d *Download) carryOut(command byte, checksum uint32, b []byte) (value uint32, data []byte, status byte) {
	switch command {
	case changeBaud:
		if d.OneRate {
			return 0, nil, failed
		}
		return 0, nil, done
	case synchronise:
		return 0, nil, done
	case securityReport:
		id := d.ID
		if id == 0 {
			id = imageChip
		}
		data = binary.LittleEndian.AppendUint32(make([]byte, 12), id)
		return 0, append(data, 0, 0, 0, 0), done
	case readRegister:
		value, ok := d.register(word(b, 0))
		if !ok {
			return 0, nil, failed
		}
		return value, nil, done
	case writeRegister:
		return 0, nil, d.setRegister(word(b, 0), word(b, 1))
	case flashAttach:
		d.attached = true
		return 0, nil, done
	case flashSetting:
		d.room = word(b, 1)
		return 0, nil, done
	case flashBegin, memoryBegin:
		return 0, nil, d.begin(command, b)
	case flashData, memoryData:
		return 0, nil, d.take(command, checksum, b)
	case flashEnd, memoryEnd:
		if d.next != d.blocks {
			return 0, nil, failed
		}
		return 0, nil, done
	case flashHash:
		from, n := word(b, 0), word(b, 1)
		if !d.attached || !d.inFlash(from, n) {
			return 0, nil, failed
		}
		sum := md5.Sum(d.Flash[from:][:n])
		return 0, hex.AppendEncode(nil, sum[:]), done
	}
	return 0, nil, invalid
}

func (d *Download) inFlash(from, n uint32) bool {
	return uint64(from)+uint64(n) <= uint64(min(len(d.Flash), int(d.room)))
}

// begin readies what follows: flash is erased, a sector at a time.
func (d *Download) begin(command byte, b []byte) byte {
	size, to := word(b, 0), word(b, 3)
	d.blocks, d.block, d.to, d.next = word(b, 1), word(b, 2), to, 0
	if command == memoryBegin {
		if d.Memory == nil || !d.Memory.free(to, size, downloadMemory, d.Revision) {
			return failed
		}
		d.loaded = append(d.loaded, Segment{Address: to})
		return done
	}
	if !d.attached || to%sector != 0 || !d.inFlash(to, size) {
		return writeFailed
	}
	for i := to; i < (to+size+sector-1)/sector*sector && int(i) < len(d.Flash); i++ {
		d.Flash[i] = 0xff
	}
	return done
}

// take stores a block. Flash can only clear bits. A block that comes once more, since its answer was lost, is the one before.
func (d *Download) take(command byte, checksum uint32, b []byte) byte {
	n, number := word(b, 0), word(b, 1)
	if len(b) < 16 || int(n) != len(b)-16 || n > d.block {
		return invalid
	}
	data, sum := b[16:], byte(0xef)
	for _, c := range data {
		sum ^= c
	}
	switch {
	case checksum != uint32(sum):
		return badChecksum
	case number+1 == d.next:
		return done
	case number != d.next || number >= d.blocks:
		return failed
	}
	to := d.to + number*d.block
	d.next++
	if command == memoryData {
		last := len(d.loaded) - 1
		if last < 0 || !d.Memory.free(to, n, downloadMemory, d.Revision) {
			return failed
		}
		d.Memory.Fill(to, data)
		d.loaded[last].Data = append(d.loaded[last].Data, data...)
		return done
	}
	if !d.inFlash(to, n) {
		return writeFailed
	}
	for i, c := range data {
		d.Flash[int(to)+i] &= c
	}
	return done
}

// Download has the chip start in download mode, and returns what a host on the serial line has loaded when it has it
// started.
func (p *Chip) Download(revision uint32) (*Loaded, error) {
	d := Download{Flash: p.ROM.flash, Memory: p.Memory, Revision: revision}
	for {
		c, ok := p.uart.line.Receive(true)
		if !ok {
			return nil, &Problem{HungUp, "the other end of the serial line has gone"}
		}
		answers, next, entry := d.Feed([]byte{c})
		for _, c := range answers {
			p.uart.line.Send(c)
		}
		switch next {
		case Starts:
			return &Loaded{Entry: entry, Segments: d.loaded}, nil
		case Boots:
			return p.Boot(revision)
		}
	}
}
