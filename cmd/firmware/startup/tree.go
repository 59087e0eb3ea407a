package startup

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stackproof/conformance/mutants"
)

// lay makes a source tree with the faults in it: links to what is as it was, and files where something differs. (TinyGo
// reads files itself: an overlay of the go command's does not reach it.)
func lay(p *mutants.Planted, tree string) error {
	if err := link(p, tree, ""); err != nil {
		return fmt.Errorf("startup: %w", err)
	}
	return nil
}

// link lays a folder, named from the root.
func link(p *mutants.Planted, tree, dir string) error {
	if err := os.MkdirAll(filepath.Join(tree, filepath.FromSlash(dir)), 0o777); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(p.Root, filepath.FromSlash(dir)))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		seen[name] = true
		if err := entry(p, tree, name); err != nil {
			return err
		}
	}
	for name := range p.Files { // what the source tree does not have
		if below, ok := strings.CutPrefix(name, dir+"/"); ok || dir == "" {
			if dir == "" {
				below = name
			}
			first, _, _ := strings.Cut(below, "/")
			if next := path.Join(dir, first); !seen[next] {
				seen[next] = true
				if err := entry(p, tree, next); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// entry lays a file or a folder.
func entry(p *mutants.Planted, tree, name string) error {
	to := filepath.Join(tree, filepath.FromSlash(name))
	if text, ok := p.Files[name]; ok {
		return os.WriteFile(to, []byte(text), 0o600)
	}
	for other := range p.Files {
		if strings.HasPrefix(other, name+"/") {
			return link(p, tree, name)
		}
	}
	return os.Symlink(filepath.Join(p.Root, filepath.FromSlash(name)), to)
}
