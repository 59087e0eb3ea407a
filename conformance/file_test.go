package conformance

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

// TestLoadFile: a script that a user gives is a suite; a mistake in it is named with its place.
func TestLoadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	own := write("own.pkt", goodARP)
	s, err := LoadFile(own)
	require.NoError(t, err)
	require.Equal(t, "arp/request-answered", s.Programs[0].Case.ID)

	plain := write("plain.pkt", "0 < arp request\n+0 > arp reply\n")
	s, err = LoadFile(plain)
	require.NoError(t, err)
	r := Runner{Suite: s, Stack: OwnStack, Exec: NewLocal(large.New()), File: plain}
	res := r.Run(context.Background(), Pattern{})
	require.Equal(t, report.Pass, res.Verdicts[0].Outcome, res.Verdicts)
	require.Equal(t, plain, res.Verdicts[0].ID)
	require.Zero(t, res.Summary.TwinsTotal, "it has no twin, so that none is missing")

	for name, c := range map[string]struct{ text, want string }{
		"bad":   {"0 < arp request\n+0 > arp repl\n", "bad.pkt:2:"},
		"empty": {"// nothing\n", "no events"},
	} {
		_, err = LoadFile(write(name+".pkt", c.text))
		require.ErrorContains(t, err, c.want)
	}
	_, err = LoadFile(dir)
	require.ErrorContains(t, err, "is a directory")
	_, err = LoadFile(filepath.Join(dir, "missing.pkt"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
