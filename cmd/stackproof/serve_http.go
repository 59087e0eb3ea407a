package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// handler serves HTTP.
func (s *services) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "stackproof: /data/SIZE (such as /data/10M), PUT or POST to /upload, /counters")
	})
	mux.HandleFunc("GET /data/{size}", func(w http.ResponseWriter, r *http.Request) {
		n, err := parseSize(r.PathValue("size"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		_, _ = io.CopyN(w, &testData{}, n)
	})
	mux.HandleFunc("PUT /upload", upload)
	mux.HandleFunc("POST /upload", upload)
	mux.HandleFunc("GET /counters", func(w http.ResponseWriter, _ *http.Request) {
		writeCounters(w, s.host)
	})
	return mux
}

// upload answers with the SHA-256 of what came, in hexadecimal, and how many bytes that was.
func upload(w http.ResponseWriter, r *http.Request) {
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	if err != nil {
		http.Error(w, fmt.Sprintf("the upload ended after %d bytes: %v", n, err), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%x %d\n", sum.Sum(nil), n)
}

// maxSize bounds what one request can ask for.
const maxSize = 1 << 40

// parseSize reads a number of bytes with an optional K, M or G (powers of 1024).
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "KMG")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift, ok := map[string]int{"": 0, "K": 10, "M": 20, "G": 30}[s[len(digits):]]
	if err != nil || !ok || n < 0 || n > maxSize>>shift {
		return 0, fmt.Errorf("bad size %q: a number of bytes up to %d, with K, M or G", s, int64(maxSize))
	}
	return n << shift, nil
}

// testData is an endless stream of bytes that is always the same and in which no part repeats soon (splitmix64).
type testData struct {
	state uint64
	rest  uint64
	have  int
}

func (d *testData) Read(p []byte) (int, error) {
	for i := range p {
		if d.have == 0 {
			d.state += 0x9E3779B97F4A7C15
			z := d.state
			z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
			z = (z ^ z>>27) * 0x94D049BB133111EB
			d.rest, d.have = z^z>>31, 8
		}
		p[i] = byte(d.rest)
		d.rest >>= 8
		d.have--
	}
	return len(p), nil
}
