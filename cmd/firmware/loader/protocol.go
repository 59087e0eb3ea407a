package loader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.bug.st/serial"
)

// The commands of the ROM that the library keeps to itself, or leaves to the program that it can load, which is not for
// every revision of the chip (esptool documents them: "Serial Protocol").
const (
	memoryBegin = 0x05
	memoryEnd   = 0x06
	memoryData  = 0x07
	flashHash   = 0x13
)

// memoryBlock is how many bytes go into memory at a time.
const memoryBlock = 0x1800

// How long the ROM may take for an answer, and besides for each MiB of flash that it hashes.
const (
	patience    = 3 * time.Second
	perMegabyte = 10 * time.Second
)

// Framing (RFC 1055).
const (
	slipEnd       = 0xc0
	slipEscape    = 0xdb
	slipEscapeEnd = 0xdc
	slipEscaped   = 0xdd
)

var errSilent = errors.New("no answer")

// ask sends a command and returns what the ROM answers, n bytes.
func ask(p serial.Port, command byte, checksum uint32, body []byte, n int, limit time.Duration) ([]byte, error) {
	m := []byte{0, command}
	m = binary.LittleEndian.AppendUint16(m, uint16(len(body)))
	m = binary.LittleEndian.AppendUint32(m, checksum)
	if _, err := p.Write(frame(append(m, body...))); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(limit); ; {
		a, err := receive(p, deadline)
		if err != nil {
			return nil, err
		}
		if len(a) < 8 || a[0] != 1 || a[1] != command {
			continue // noise, or a late answer to something else
		}
		if a = a[8:]; len(a) >= n+2 && a[n] == 0 {
			return a[:n], nil
		}
		// A refusal has no data before its status.
		if len(a) >= 2 && a[0] != 0 {
			return nil, fmt.Errorf("the ROM refuses it with error %d", a[1])
		}
		return nil, fmt.Errorf("the ROM's answer has %d bytes, not %d", len(a), n+2)
	}
}

// frame puts a message between delimiters.
func frame(message []byte) []byte {
	f := append(make([]byte, 0, len(message)+16), slipEnd)
	for _, c := range message {
		switch c {
		case slipEnd:
			f = append(f, slipEscape, slipEscapeEnd)
		case slipEscape:
			f = append(f, slipEscape, slipEscaped)
		default:
			f = append(f, c)
		}
	}
	return append(f, slipEnd)
}

// receive reads one message, a byte at a time: what comes behind it is somebody else's.
func receive(p serial.Port, deadline time.Time) (m []byte, err error) {
	inside, escaped := false, false
	for c := make([]byte, 1); ; {
		left := time.Until(deadline)
		if left <= 0 {
			return nil, errSilent
		}
		if err := p.SetReadTimeout(left); err != nil {
			return nil, err
		}
		n, err := p.Read(c)
		if err != nil {
			return nil, err
		}
		switch {
		case n == 0:
		case c[0] == slipEnd && len(m) > 0:
			return m, nil
		case c[0] == slipEnd:
			inside = true
		case !inside:
		case escaped && c[0] == slipEscapeEnd:
			m, escaped = append(m, slipEnd), false
		case escaped:
			m, escaped = append(m, slipEscape), false
		case c[0] == slipEscape:
			escaped = true
		default:
			m = append(m, c[0])
		}
	}
}

// words are numbers as a command has them.
func words(w ...uint32) (b []byte) {
	for _, v := range w {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// hashOf is the MD5 of n bytes of flash, as 32 hexadecimal digits.
func hashOf(p serial.Port, from, n uint32) (string, error) {
	limit := patience + time.Duration(uint64(perMegabyte)*uint64(n)>>20)
	sum, err := ask(p, flashHash, 0, words(from, n, 0, 0), 32, limit)
	return string(sum), err
}

// intoMemory puts a segment where it belongs.
func intoMemory(p serial.Port, address uint32, data []byte) error {
	blocks := (len(data) + memoryBlock - 1) / memoryBlock
	if _, err := ask(p, memoryBegin, 0, words(uint32(len(data)), uint32(blocks), memoryBlock, address), 0, patience); err != nil {
		return err
	}
	for i := range blocks {
		block := data[i*memoryBlock : min((i+1)*memoryBlock, len(data))]
		sum := byte(0xef)
		for _, c := range block {
			sum ^= c
		}
		body := append(words(uint32(len(block)), uint32(i), 0, 0), block...)
		if _, err := ask(p, memoryData, uint32(sum), body, 0, patience); err != nil {
			return fmt.Errorf("block %d of %d: %w", i+1, blocks, err)
		}
	}
	return nil
}

// start has the ROM leave for a program.
func start(p serial.Port, entry uint32) error {
	_, err := ask(p, memoryEnd, 0, words(0, entry), 0, patience)
	return err
}
