package image

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"stackproof/conformance"
)

// Cases is the name of the file beside an image that is laid into its flash: the list of compiled cases.
const Cases = "cases.bin"

// Firmware makes the flash image, and beside it the list of the suite's cases, whose length in bytes it returns too. An
// empty opt means Release.
func Firmware(ctx context.Context, suite *conformance.Suite, repo, output, opt string, log io.Writer) (Sizes, int, error) {
	sizes, err := Build(ctx, Options{Repo: repo, Package: "./cmd/firmware", Output: output, Opt: opt, Log: log})
	if err != nil {
		return sizes, 0, err
	}
	blob := suite.Blob()
	if err := os.WriteFile(filepath.Join(filepath.Dir(output), Cases), blob, 0o666); err != nil {
		return sizes, 0, fmt.Errorf("image: list of cases: %w", err)
	}
	return sizes, len(blob), nil
}
