// Command libfuzzer makes, of each fuzz target in fuzz/targets, what an engine with libFuzzer's interface needs, into a folder:
// NAME.a, to be linked with the engine, NAME_seed_corpus.zip with the seeds, and NAME.dict where the target has tokens.
//
//	go run ./fuzz/targets/libfuzzer DIR [NAME...]
//
// It runs in the source tree, needs the go command and a C compiler ($CC), and names each target when it is made. Who links is
// fuzz/oss-fuzz/build.sh.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"stackproof/conformance/gotool"
	"stackproof/fuzz/targets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// run makes the targets that are named, or all.
func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("libfuzzer: no folder is named: libfuzzer DIR [NAME...]")
	}
	chosen := targets.All
	if len(args) > 1 {
		chosen = nil
		for _, name := range args[1:] {
			t := targets.Find(name)
			if t == nil {
				return fmt.Errorf("libfuzzer: there is no target %q", name)
			}
			chosen = append(chosen, *t)
		}
	}
	root, err := gotool.Root(ctx, "libfuzzer: to build a target")
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(args[0])
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err != nil {
		return fmt.Errorf("libfuzzer: %w", err)
	}
	for i := range chosen {
		if err := produce(ctx, root, dir, &chosen[i]); err != nil {
			return err
		}
		fmt.Println(chosen[i].Name)
	}
	return nil
}

// produce makes all of one target.
func produce(ctx context.Context, root, dir string, t *targets.Target) error {
	file := filepath.Join(dir, t.Name)
	pkg, fn := t.Where()
	err := archive(ctx, root, file+".a", pkg, fn)
	if err == nil {
		err = write(file+"_seed_corpus.zip", zipped(t.Seeds()))
	}
	if err == nil && t.Tokens != nil {
		err = write(file+".dict", dictionary(t.Tokens()))
	}
	if err != nil {
		return fmt.Errorf("libfuzzer: %s: %w", t.Name, err)
	}
	return nil
}

func write(file string, b []byte) error { return os.WriteFile(file, b, 0o666) }
