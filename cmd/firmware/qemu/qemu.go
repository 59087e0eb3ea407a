// Package qemu runs flash images on an emulated board: QEMU's RISC-V machine "virt", whose serial line becomes a
// reader and a writer.
package qemu

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"stackproof/cmd/firmware/child"
)

const program = "qemu-system-riscv32"

// Available tells whether QEMU is installed; the error names the Debian package.
func Available() error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("qemu: %s not found: apt-get install --no-install-recommends qemu-system-misc", program)
	}
	return nil
}

// Machine is a running image.
type Machine = child.Machine

// Start boots the image in the ELF file at path, with the file at flash, if that is not empty, at the beginning of the
// board's flash memory. The machine is killed when ctx is done, and on Linux also when this process ends, in whatever
// way. An image may lose what is written before its first line has been read.
func Start(ctx context.Context, path, flash string) (*Machine, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	for _, file := range []string{path, flash} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("qemu: image: %w", err)
		}
	}
	return child.Start(ctx, child.Emulator{Name: "qemu", Argv: append([]string{program}, arguments(path, flash)...), Refused: 1})
}

// flashBase is where the machine's flash memory lies.
const flashBase = "0x20000000"

// arguments: no firmware, no default devices, no monitor; the UART on standard input and output.
func arguments(path, flash string) []string {
	args := []string{"-machine", "virt", "-bios", "none", "-nodefaults", "-display", "none", "-monitor", "none",
		"-chardev", "stdio,id=uart,signal=off", "-serial", "chardev:uart", "-kernel", path}
	if flash != "" {
		args = append(args, "-device", "loader,force-raw=on,addr="+flashBase+",file="+strings.ReplaceAll(flash, ",", ",,"))
	}
	return args
}
