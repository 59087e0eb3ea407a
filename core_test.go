package stackproof_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// core are the packages that run on the board: no clock, goroutine, global random source, map, fmt or reflection, and no
// allocation after construction. What this test cannot see from the source (an escape, a concatenation), the image's
// link without a heap does.
func core(pkg string) bool {
	switch pkg {
	case "conformance/vm", "conformance/frame", "conformance/sut", "conformance/sut/inproc", "conformance/sut/serve",
		"conformance/sut/message", "conformance/device", "drivers/emac", "drivers/queue":
		return true
	}
	return pkg == "stack" || strings.HasPrefix(pkg, "stack/") && pkg != "stack/netgo" && pkg != "stack/socket/lwip/blocking"
}

// coreImports is all that the core may take from the standard library: packages that need no heap.
var coreImports = []string{"encoding/binary", "math/bits", "time", "unsafe", "sync/atomic", "math", "runtime/volatile"}

// clocks are the names of package time that read or wait for the machine's clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestCoreRules(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !core(s.pkg) {
			continue
		}
		for _, v := range coreViolations(s) {
			t.Error(v)
		}
	}
}

// coreViolations lists what in one file breaks the core rules, as "file:line: what".
func coreViolations(s source) (found []string) {
	report := func(n ast.Node, format string, args ...any) {
		found = append(found, s.pos(n)+": core rule: "+fmt.Sprintf(format, args...))
	}
	for i, imp := range s.imports() {
		dep, ours := strings.CutPrefix(imp, module+"/")
		if ours && !core(dep) || !ours && !slices.Contains(coreImports, imp) {
			report(s.file.Imports[i], "imports %s", imp)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			report(n, "starts a goroutine")
		case *ast.ChanType, *ast.SelectStmt:
			report(n, "uses a channel")
		case *ast.MapType:
			report(n, "uses a map")
		case *ast.FuncLit:
			report(n, "uses a closure")
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
				report(n, "allocates with %s", id.Name)
			}
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && id.Name == "time" && slices.Contains(clocks, n.Sel.Name) {
				report(n, "reads the clock: time.%s", n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// TestCoreRulesCanFail: each rule, broken once.
func TestCoreRulesCanFail(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"fmt", `import "fmt"; var _ = fmt.Sprint`, "imports fmt"},
		{"upper room", `import "stackproof/conformance"`, "imports stackproof/conformance"},
		{"goroutine", `func f() { go f() }`, "goroutine"},
		{"channel", `var c chan int`, "channel"},
		{"map", `var m map[int]int`, "map"},
		{"closure", `func f() { _ = func() {} }`, "closure"},
		{"make", `func f(n int) []byte { return make([]byte, n) }`, "make"},
		{"new", `func f() *int { return new(int) }`, "new"},
		{"clock", `import "time"; func f() time.Time { return time.Now() }`, "time.Now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, "x.go", "package x\n"+c.src, parser.SkipObjectResolution)
			require.NoError(t, err)
			got := coreViolations(source{pkg: "stack", name: "x.go", file: f, fset: fset})
			require.Len(t, got, 1, strconv.Quote(c.src))
			require.Contains(t, got[0], c.want)
		})
	}
}
