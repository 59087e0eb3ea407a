package chip

// Where the ROM is.
const (
	ROMBase = 0x4fc0_0000
	ROMSize = 128 << 10
)

// ROM is what the image calls of the ROM.
type ROM struct {
	memory *Memory
	flash  []byte
	fail   func(kind Kind, format string, args ...any)
}

// spiflashRead is esp_rom_spiflash_read, at the same address on every revision.
const spiflashRead = 0x4fc0_0158

// Call does what the function at an address of the ROM does, and returns its result.
func (r *ROM) Call(address uint32, a [3]uint32) (a0 uint32) {
	if address != spiflashRead {
		r.fail(Nothing, "call of 0x%08x in the ROM, which the emulator does not have", address)
		return 0
	}
	return r.read(a[0], a[1], a[2])
}

// read copies n bytes of flash into memory. Behind its end flash reads as erased.
func (r *ROM) read(source, to, n uint32) (result uint32) {
	if source%4 != 0 || to%4 != 0 || n%4 != 0 {
		r.fail(Misuse, "esp_rom_spiflash_read(0x%x, 0x%08x, %d): it reads whole words", source, to, n)
		return 1
	}
	if !r.memory.Contains(to, n) {
		r.fail(Misuse, "esp_rom_spiflash_read(0x%x, 0x%08x, %d): not into internal memory", source, to, n)
		return 1
	}
	area := r.memory.CPU[to-MemoryBase:][:n]
	copied := 0
	if uint64(source) < uint64(len(r.flash)) {
		copied = copy(area, r.flash[source:])
	}
	for i := copied; i < len(area); i++ {
		area[i] = 0xff
	}
	return 0
}
