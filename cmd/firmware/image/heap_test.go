package image

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain(t *testing.T) {
	for _, c := range []struct{ name, said, want string }{
		{"a type error stays as it is", "x.go:3:2: undefined: y\n", "x.go:3:2: undefined: y"},
		{"places are left out where the heap is not what is missing",
			"mode: set\n/repo/stack/a.go:7.1,7.40 1 0\nld.lld-19: error: section '.bss' will not fit in region 'WINDOW'\n",
			"ld.lld-19: error: section '.bss' will not fit in region 'WINDOW'"},
		{"heap",
			"mode: set\n" +
				"/repo/stack/b.go:0:0: \n" +
				"/repo/stack/b.go:12.1,12.40 1 0\n" +
				"/tinygo/src/runtime/slice.go:39.1,39.38 1 0\n" +
				"/tinygo/src/runtime/baremetal.go:44.1,44.24 1 0\n" +
				"/repo/stack/b.go:12.1,12.40 1 0\n" +
				"/usr/lib/go/src/net/ip.go:9.1,9.2 1 0\n" +
				"/repo/board/virt.go:89: linker could not find symbol runtime.alloc\n",
			"/repo/board/virt.go:89: linker could not find symbol runtime.alloc\n" +
				"something allocates, and images have no heap (see cmd/firmware/README.md). Candidates:\n" +
				"  /usr/lib/go/src/net/ip.go:9\n" +
				"  runtime/slice.go:39 (an append that may grow, or a make)\n" +
				"  stack/b.go:12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, explain(c.said, "/tinygo/src", "/repo"))
		})
	}
}
