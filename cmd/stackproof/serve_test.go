package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/drivers/segment"
)

// A capture is what a segment's tap hook takes.
var _ segment.Tap = (*report.Capture)(nil)

// TestChargenLines: RFC 864's recommended pattern.
func TestChargenLines(t *testing.T) {
	lines := bytes.SplitAfter(chargenLines(), []byte("\r\n"))
	require.Len(t, lines, 96, "95 lines and nothing behind them")
	require.Empty(t, lines[95])
	require.Equal(t, ` !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`+"`abcdefg\r\n", string(lines[0]))
	require.Equal(t, byte('!'), lines[1][0])
	require.Equal(t, "~ !", string(lines[94][:3]))
}

func TestUpload(t *testing.T) {
	h := (&services{}).handler()
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		body := bytes.Repeat([]byte("up "), 100_000)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/upload", bytes.NewReader(body)))
		require.Equal(t, fmt.Sprintf("%x %d\n", sha256.Sum256(body), len(body)), w.Body.String())
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/upload", iotest.ErrReader(errors.New("cut"))))
	require.Equal(t, http.StatusBadRequest, w.Code)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/upload", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
}

func TestPercent(t *testing.T) {
	for s, want := range map[string]float64{"1": .01, "1%": .01, "0": 0, "100": 1, "0.5%": .005} {
		var p percent
		require.NoError(t, p.Set(s))
		require.InDelta(t, want, p.share(), 1e-12)
	}
	for _, s := range []string{"", "-1", "101", "NaN", "one"} {
		require.Error(t, new(percent).Set(s), s)
	}
	f := faults{}
	require.False(t, f.any())
	f.reorder = 1
	require.True(t, f.any())
}

func TestBitRate(t *testing.T) {
	for s, want := range map[string]bitRate{"1": 1, "9600": 9600, "64K": 64_000, "10M": 10_000_000, "1000G": 1e12} {
		var r bitRate
		require.NoError(t, r.Set(s))
		require.Equal(t, want, r)
	}
	for _, s := range []string{"", "0", "-1", "1.5M", "M", "1001G", "1KM", "fast"} {
		require.Error(t, new(bitRate).Set(s), s)
	}
}
