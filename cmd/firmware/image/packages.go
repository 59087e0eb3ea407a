package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// need is a Debian package and one thing of it that the build uses.
type need struct {
	pkg  string
	file string // an absolute path, or a program looked for in PATH
}

// needs is all that a build takes besides Go. The paths are those that TinyGo's LLVM binding is compiled with.
var needs = []need{
	{"llvm-19-dev", "/usr/lib/llvm-19/include/llvm-c/Core.h"},
	{"libclang-19-dev", "/usr/lib/llvm-19/include/clang-c/Index.h"},
	{"clang-19", "clang++-19"},
	{"lld-19", "ld.lld-19"},
	{"gcc-riscv64-unknown-elf", crossCompiler},
	{"picolibc-riscv64-unknown-elf", picolibc},
}

func (n need) present() bool {
	if filepath.IsAbs(n.file) {
		_, err := os.Stat(n.file)
		return err == nil
	}
	_, err := exec.LookPath(n.file)
	return err == nil
}

// MissingError names the Debian packages that must be installed before an image can be built.
type MissingError []string

func (e MissingError) Error() string {
	return "image: packages are missing: apt-get install --no-install-recommends " + strings.Join(e, " ")
}

// Available tells whether this machine can build images: nil, or a MissingError.
func Available() error { return check(needs) }

func check(needs []need) error {
	var missing MissingError
	for _, n := range needs {
		if !n.present() {
			missing = append(missing, n.pkg)
		}
	}
	if missing != nil {
		return missing
	}
	return nil
}
