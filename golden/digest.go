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

// text is the sum in hexadecimal digits.
func (d *digest) text() string { return hex.EncodeToString(d.sum.Sum(nil)) }
