package image

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

const (
	crossCompiler = "riscv64-unknown-elf-gcc"
	picolibc      = "/usr/lib/picolibc/riscv64-unknown-elf/lib/release"

	mabi = "ilp32"
)

// The instruction sets that images are built for.
const (
	RV32IMAC = "rv32imac" // the boards': without F, as the FPU of the ESP32-P4 is off at reset
	RV32IMC  = "rv32imc"  // the ESP32-C3's
)

// target is the part of TinyGo's target description that we set. It names neither a C library nor a run-time library
// of TinyGo's own: their sources are git submodules and not in the Go module. Debian's stand in, as linker arguments.
type target struct {
	Triple       string   `json:"llvm-target"`
	CPU          string   `json:"cpu"`
	ABI          string   `json:"target-abi"`
	Features     string   `json:"features"`
	GOOS         string   `json:"goos"`
	GOARCH       string   `json:"goarch"`
	BuildTags    []string `json:"build-tags"`
	GC           string   `json:"gc"`
	StackSize    int      `json:"default-stack-size"`
	Scheduler    string   `json:"scheduler"`
	Linker       string   `json:"linker"`
	CFlags       []string `json:"cflags"`
	LDFlags      []string `json:"ldflags"`
	LinkerScript string   `json:"linkerscript"`
	ExtraFiles   []string `json:"extra-files"`
}

// newTarget describes a board, whose build tag is board_NAME, laid out by a linker script.
//
// Images for size (Release) keep the saving of registers in one place (libgcc's: save-restore), and so does the outliner with
// what else recurs. Together with relaxation, which makes calls of 4 or 2 bytes out of those of 8, that is 13 % of the code.
// Images for speed do without: each call to such a place is a detour.
func newTarget(o Options, libraries []string) target {
	features, outline := "+32bit,+c,+m,+relax", "never"
	if o.March == RV32IMAC {
		features += ",+a"
	}
	if o.Opt == Release {
		features, outline = features+",+save-restore", "always"
	}
	return target{
		Triple:   "riscv32-unknown-none",
		CPU:      "generic-rv32",
		ABI:      mabi,
		Features: features,
		// To the type checker every bare board is Linux on ARM, as in TinyGo's own targets.
		GOOS:      "linux",
		GOARCH:    "arm",
		BuildTags: append([]string{"tinygo.riscv32", "tinygo.riscv", "baremetal", "linux", "arm", "stackproof", "board_" + o.Board}, o.Tags...),
		GC:        "none",
		// No goroutine will use it, but from 16 KiB on TinyGo leaves locals of up to 1024 bytes on the stack. Below, it
		// sends those above 256 bytes to the heap.
		StackSize: 16 << 10,
		Scheduler: "none",
		Linker:    "ld.lld",
		CFlags:    []string{"-march=" + o.March, "-Werror"},
		LDFlags: append([]string{
			"-melf32lriscv", "--gc-sections", "-mllvm", "-enable-machine-outliner=" + outline,
		}, libraries...),
		LinkerScript: "targets/ld/" + laidPrefix + o.Script + ".ld",
		ExtraFiles: []string{
			"src/runtime/" + laidPrefix + "start.S", "src/runtime/" + laidPrefix + "divide.S",
			"src/runtime/" + laidPrefix + "memory.S", "src/runtime/asm_riscv.S",
		},
	}
}

func (t target) write(path string) error {
	text, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return fmt.Errorf("image: target: %w", err)
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}

// libraries finds the C library (memory copies) and libgcc (shifts by 64 bits, saving of registers) that fit the processor.
func libraries(ctx context.Context, march string) ([]string, error) {
	ask := func(question string) (string, error) {
		return output(ctx, "", nil, crossCompiler, "-march="+march, "-mabi="+mabi, question)
	}
	libgcc, err := ask("-print-libgcc-file-name")
	if err != nil {
		return nil, err
	}
	variant, err := ask("-print-multi-directory")
	if err != nil {
		return nil, err
	}
	libc := filepath.Join(picolibc, variant, "libc.a")
	for _, lib := range []string{libc, libgcc} {
		if _, err := os.Stat(lib); err != nil {
			return nil, fmt.Errorf("image: library for %s/%s: %w", march, mabi, err)
		}
	}
	return []string{libc, libgcc}, nil
}
