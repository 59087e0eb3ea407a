//go:build !tinygo

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac/selftest"
)

// TestBootCodes: the page about the board has just the characters that the start-up code sends, in their order.
func TestBootCodes(t *testing.T) {
	page, err := os.ReadFile("SILICON.md")
	require.NoError(t, err)
	tree, err := parser.ParseFile(token.NewFileSet(), "board/esp32p4_start.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	constants := map[string]string{}
	var codes []string
	ast.Inspect(tree, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				constants[v.Names[0].Name] = strings.Trim(lit.Value, `'"`)
				if strings.HasPrefix(v.Names[0].Name, "stage") {
					codes = append(codes, strings.Trim(lit.Value, "'"))
				}
			}
		}
		return true
	})
	sent := map[string]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "stage" {
				if arg, ok := call.Args[0].(*ast.Ident); ok {
					sent[constants[arg.Name]] = true
				}
			}
		}
		return true
	})
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|$").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, m[1])
	}
	require.Equal(t, append([]string{constants["bootWord"]}, codes...), listed)
	for _, c := range codes {
		require.True(t, sent[c], "%s is sent", c)
	}
}

// TestSelfTestsOnThePage: the page names every self-test of the EMAC, and no flaw that none of them can find.
func TestSelfTestsOnThePage(t *testing.T) {
	page, err := os.ReadFile("SILICON.md")
	require.NoError(t, err)
	var want []string
	for test := range selftest.Tests {
		want = append(want, "emac/"+test.String())
		require.Contains(t, string(page), "`emac/"+test.String()+"`")
	}
	for _, m := range regexp.MustCompile("`(emac/[a-z]+)`").FindAllStringSubmatch(string(page), -1) {
		require.Contains(t, want, m[1])
	}
	flaws := map[string]bool{}
	for f := selftest.None + 1; f <= selftest.Identifier; f++ {
		flaws[f.String()] = true
	}
	for _, m := range regexp.MustCompile("`emac/[a-z]+`: (`[^|]+`) \\|").FindAllStringSubmatch(string(page), -1) {
		for _, f := range strings.Split(m[1], ", ") {
			require.True(t, flaws[strings.Trim(f, "`")], "%s is a flaw that a self-test finds", f)
		}
	}
}
