package chip

import "math/bits"

// The registers that a host asks for in download mode.
const (
	consoleNumber = 0x4ff3_fec8 // a variable of the ROM, before revision 3: which console it listens on
	romIdentity   = 0x4000_1000 // what tells other chips apart
	efuse         = 0x5012_d000

	spi1        = 0x5008_d000 // the controller that flash is behind
	spiCommand  = 0x00
	spiAddress  = 0x04
	spiUser     = 0x18
	spiUser1    = 0x1c
	spiOpcode   = 0x20
	spiMOSIBits = 0x24
	spiMISOBits = 0x28
	spiData     = 0x58

	spiGo       = 1 << 18
	readFlashID = 0x9f
)

// register is what a register holds.
func (d *Download) register(address uint32) (value uint32, ok bool) {
	switch address {
	case consoleNumber, romIdentity:
		return 0, true
	case spi1 + spiCommand:
		return 0, true // what was begun is done
	case spi1 + spiAddress, spi1 + spiUser, spi1 + spiUser1, spi1 + spiOpcode, spi1 + spiMOSIBits, spi1 + spiMISOBits, spi1 + spiData:
		return d.spi[address], true
	}
	if address-efuse < 0x1000 {
		value, _ = fuses(d.Revision).Read(address - efuse)
		return value, true // one that nobody has burnt is 0
	}
	return 0, false
}

// setRegister sets a register; a command to the flash is carried out.
func (d *Download) setRegister(address, value uint32) byte {
	if _, ok := d.register(address); !ok || address-spi1 > spiData {
		return failed
	}
	if d.spi == nil {
		d.spi = map[uint32]uint32{}
	}
	d.spi[address] = value
	if address == spi1+spiCommand && value == spiGo && d.spi[spi1+spiOpcode]&0xff == readFlashID {
		const maker, kind = 0xef, 0x40
		capacity := uint32(bits.Len32(uint32(len(d.Flash))) - 1)
		d.spi[spi1+spiData] = maker | kind<<8 | capacity<<16
	}
	return done
}
