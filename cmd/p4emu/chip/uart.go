package chip

// uart is UART0. Bytes leave at once, so its transmit FIFO is always empty: the emulator does not wait for the line.
// Bytes come as the image takes them, so none is lost.
type uart struct {
	line Line
	fail func(kind Kind, format string, args ...any)

	next  byte // received and not yet read
	full  bool
	empty int // looks in a row that found nothing
}

// patience is how often an image may look for input, doing nothing else with any device but the consoles, before the
// emulator waits for some in real time. Virtual time stands meanwhile.
const patience = 20

// busy tells that the image has something else to do than to wait for input.
func (u *uart) busy() { u.empty = 0 }

func (u *uart) Read(offset uint32) (uint32, bool) {
	switch offset {
	case 0x00:
		c := u.next
		u.next, u.full = 0, false
		return uint32(c), true
	case 0x1c:
		return u.status(), true
	case 0x14, 0x20, 0x98:
		return 0, true // as the ROM set them
	}
	return 0, false
}

func (u *uart) status() uint32 {
	if !u.full {
		wait := u.empty >= patience
		u.next, u.full = u.line.Receive(wait)
		if !u.full && wait {
			u.fail(HungUp, "the other end of the serial line has gone")
		}
	}
	if !u.full {
		u.empty++
		return 0
	}
	u.busy()
	return 1
}

func (u *uart) Write(offset, value uint32) bool {
	if offset != 0 {
		return false
	}
	u.busy()
	u.line.Send(byte(value))
	return true
}

// usb is USB-Serial-JTAG without a host: it never takes a byte and never has one.
type usb struct{}

func (usb) Read(offset uint32) (uint32, bool)   { return 0, offset == 0 || offset == 4 }
func (usb) Write(offset, _ uint32) (found bool) { return offset == 0 || offset == 4 }
