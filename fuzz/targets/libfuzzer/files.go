package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
)

// zipped is a seed corpus: a file for each seed, named by what is in it. The same seeds give the same bytes.
func zipped(seeds [][]byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	seen := map[string]bool{}
	for _, b := range seeds {
		name := fmt.Sprintf("%x", sha256.Sum256(b))[:40]
		if seen[name] {
			continue
		}
		seen[name] = true
		w, _ := z.Create(name) // writing to memory does not fail
		_, _ = w.Write(b)
	}
	_ = z.Close()
	return out.Bytes()
}

// dictionary is tokens in libFuzzer's format: one to a line, in quotes, all but plain ASCII as \xNN.
func dictionary(tokens []string) []byte {
	var out strings.Builder
	for _, t := range tokens {
		out.WriteByte('"')
		for _, c := range []byte(t) {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				fmt.Fprintf(&out, `\x%02x`, c)
			} else {
				out.WriteByte(c)
			}
		}
		out.WriteString("\"\n")
	}
	return []byte(out.String())
}
