package image

import (
	"context"
	"io"
	"path/filepath"
)

// benchOpt is how the image that measures is compiled: as one is whose code need not share the window with a judge.
const benchOpt = "2"

// BenchIn names the files of the image that measures, in the folder of the image that runs the cases.
func BenchIn(dir string) Files { return In(filepath.Join(dir, "bench")) }

// BuildBench makes the image for the ESP32-P4 that measures: a second form, without judge and cases, whose room its
// queues take.
func BuildBench(ctx context.Context, repo, dir string, log io.Writer) (Sizes, error) {
	files := BenchIn(dir)
	sizes, err := Build(ctx, Options{Repo: repo, Package: "./cmd/firmware/bench", Board: ESP32P4, Output: files.ELF, Opt: benchOpt, Log: log})
	if err != nil {
		return sizes, err
	}
	return sizes, pack(files, nil)
}
