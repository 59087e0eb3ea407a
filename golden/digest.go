package golden

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// digest is a reader that sums up what passes.
type digest struct {
	in  io.Reader
	sum hash.Hash
}

func newDigest(in io.Reader) *digest { return &digest{in, sha256.New()} }

func (d *digest) Read(p []byte) (int, error) {
	n, err := d.in.Read(p)
	d.sum.Write(p[:n])
	return n, err
}

// rest reads to the end and returns the sum of all.
func (d *digest) rest() (string, error) {
	if _, err := io.Copy(io.Discard, d); err != nil {
		return "", err
	}
	return hex.EncodeToString(d.sum.Sum(nil)), nil
}
