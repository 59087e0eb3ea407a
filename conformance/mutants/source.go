package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	"stackproof/conformance/gotool"
)

// module is the path of the module that the faults are planted in.
const module = "stackproof"

// Target is the code that faults are planted in, and what judges them.
type Target struct {
	Name  string
	Files []string // globs of paths from the module's root, in the manner of path.Match; tests are never meant, nor what walks
	// the state for them (check.go), which the stack at work does not run
	Tests []string // packages whose tests judge first; what these let pass the cases judge
	Stack string   // the package whose New makes the stack that the cases run on,
	Small bool     // and on one in a board's memory those that come further there
	Judge Judge    // judges alone, where the code is not for Go's own compiler
}

// TCP is all of the TCP code.
var TCP = Target{Name: "tcp", Files: []string{"stack/tcp/*.go", "stack/tcp_*.go"}, Stack: "conformance/sut/large", Small: true}

// EMAC is the Ethernet driver. It is judged on the modelled hardware.
var EMAC = Target{
	Name: "emac", Files: []string{"drivers/emac/*.go"}, Tests: []string{"drivers/emac", "drivers/emac/selftest"},
	Stack: "conformance/sut/modelled",
}

// Reassembly is the table of datagrams that are put together. Its tests judge, and the cases what these let pass.
var Reassembly = Target{
	Name: "reassembly", Files: []string{"stack/reassembly/*.go"}, Tests: []string{"stack/reassembly"}, Stack: "conformance/sut/large",
}

// Neighbour is the neighbour cache, judged in the same way.
var Neighbour = Target{
	Name: "neighbour", Files: []string{"stack/neighbour/*.go"}, Tests: []string{"stack/neighbour"}, Stack: "conformance/sut/large",
}

// Wire is all parsers and builders, judged in the same way.
var Wire = Target{Name: "wire", Files: []string{"stack/wire/*.go"}, Tests: []string{"stack/wire"}, Stack: "conformance/sut/large"}

// Generated are the targets of mechanical faults. Each has a table of survivors.
var Generated = []*Target{&Reassembly, &Neighbour, &Wire, &TCP}

// has reports whether the target has a file, by its path from the module's root.
func (t *Target) has(file string) bool {
	if name := path.Base(file); name == "check.go" || name == "tcp_check.go" {
		return false
	}
	return slices.ContainsFunc(t.Files, func(glob string) bool {
		ok, _ := path.Match(glob, file)
		return ok
	})
}

// Source is the target's code, parsed, with its types.
type Source struct {
	root     string // of the module
	imports  types.Importer
	packages []*srcPackage

	assembler []*assembly // of a target that another compiler builds
}

// srcPackage is a package that has files of the target.
type srcPackage struct {
	path  string // import path
	name  string
	fset  *token.FileSet
	files []*srcFile // all of the package
	info  *types.Info
}

// srcFile is a file of source.
type srcFile struct {
	path      string // from the module's root
	text      []byte
	blanked   []byte // the text with blanks for comments, if it was needed
	tree      *ast.File
	functions []*function // none of a file that is not the target's
}

// function is a function that faults can be planted in.
type function struct {
	pkg   *srcPackage
	file  *srcFile
	decl  *ast.FuncDecl
	name  string // Conn.acceptable, tsBefore
	first int    // the number of its first fault in the program
	hits  []*hit
	plant []*Fault
}

// hit is a statement whose execution is recorded.
type hit struct {
	offset, end int
	number      int
}

// offset is a place in the function's file.
func (f *function) offset(p token.Pos) int { return f.pkg.fset.Position(p).Offset }

// span is where a node stands in the function's file.
func (f *function) span(n ast.Node) (lo, hi int) { return f.offset(n.Pos()), f.offset(n.End()) }

// text is the source of a node.
func (f *function) text(n ast.Node) string {
	lo, hi := f.span(n)
	return string(f.file.text[lo:hi])
}

// Root finds the module's source tree, and the go command with it, from the working directory.
func Root(ctx context.Context) (string, error) {
	return gotool.Root(ctx, "mutants: the stack is built with faults in it")
}

// goCommand runs the go command in a folder.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	out, err := gotool.Run(ctx, dir, args...)
	if err != nil {
		err = fmt.Errorf("mutants: %w", err)
	}
	return out, err
}

// Load reads the target's code below the module's root.
func Load(ctx context.Context, root string, t *Target) (*Source, error) {
	var patterns []string
	for _, glob := range t.Files {
		if p := "./" + path.Dir(glob); !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	list, err := goCommand(ctx, root, append([]string{"list", "-export", "-deps", "-json=ImportPath,Name,Dir,GoFiles,Export,DepOnly"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	s := &Source{root: root}
	exports := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			ImportPath, Name, Dir, Export string
			GoFiles                       []string
			DepOnly                       bool
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("mutants: what go list prints: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if p.DepOnly {
			continue
		}
		pkg := &srcPackage{path: p.ImportPath, name: p.Name, fset: token.NewFileSet()}
		for _, f := range p.GoFiles {
			if err := pkg.read(root, filepath.Join(p.Dir, f), t); err != nil {
				return nil, err
			}
		}
		s.packages = append(s.packages, pkg)
	}
	s.imports = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, pkg := range s.packages {
		pkg.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		if err := pkg.check(s.config(nil)); err != nil {
			return nil, fmt.Errorf("mutants: %w", err)
		}
	}
	return s, nil
}

// config is how the compiler that go build runs sees types.
func (s *Source) config(onError func(error)) *types.Config {
	return &types.Config{Importer: s.imports, Sizes: types.SizesFor("gc", runtime.GOARCH), Error: onError}
}

// check finds out the types of a package.
func (p *srcPackage) check(cfg *types.Config) error {
	var trees []*ast.File
	for _, f := range p.files {
		trees = append(trees, f.tree)
	}
	_, err := cfg.Check(p.path, p.fset, trees, p.info)
	return err
}

// read parses a file of the package.
func (p *srcPackage) read(root, name string, t *Target) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	f := &srcFile{path: filepath.ToSlash(rel), text: text}
	if f.tree, err = parser.ParseFile(p.fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	p.files = append(p.files, f)
	if !t.has(f.path) {
		return nil
	}
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && fn.Type.TypeParams == nil && fn.Name.Name != "init" {
			f.functions = append(f.functions, &function{pkg: p, file: f, decl: fn, name: functionName(fn)})
		}
	}
	return nil
}

// code is the text with blanks for comments.
func (f *srcFile) code() []byte {
	if f.blanked != nil {
		return f.blanked
	}
	f.blanked = bytes.Clone(f.text)
	start := f.tree.FileStart
	for _, group := range f.tree.Comments {
		for i := group.Pos() - start; i < group.End()-start; i++ {
			if f.blanked[i] != '\n' {
				f.blanked[i] = ' '
			}
		}
	}
	return f.blanked
}

// functionName is the name of a function with its receiver's type.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// functions are all functions of the target.
func (s *Source) functions() (all []*function) {
	for _, p := range s.packages {
		for _, f := range p.files {
			all = append(all, f.functions...)
		}
	}
	return all
}

// find returns the function of that name in the package with that last element of its path.
func (s *Source) find(pkg, name string) *function {
	for _, f := range s.functions() {
		if path.Base(f.pkg.path) == pkg && f.name == name {
			return f
		}
	}
	return nil
}
