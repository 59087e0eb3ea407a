package child

import (
	"context"
	"errors"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerdict(t *testing.T) {
	exited := &exec.ExitError{}
	e := Emulator{Name: "qemu", Refused: 1}
	for _, c := range []struct {
		name           string
		code           int
		err, cancelled error
		problems       string
		want           int
		wantErr        string
	}{
		{"end", 0, nil, nil, "", 0, ""},
		{"end as the time was up", 0, nil, context.DeadlineExceeded, "", 0, ""},
		{"code of the image", 3, exited, nil, "", 3, ""},
		{"code 1 of the image", 1, exited, nil, "", 1, ""},
		{"QEMU refuses", 1, exited, nil, "qemu-system-riscv32: no\n", -1, "qemu: qemu-system-riscv32: no"},
		{"a warning and a panic", 2, exited, nil, "qemu-system-riscv32: warning", 2, ""},
		{"time is up", -1, exited, context.DeadlineExceeded, "", -1, "qemu: killed: context deadline exceeded"},
		{"the pipe broke", 0, errors.New("broken"), nil, "", -1, "qemu: broken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, err := e.verdict(c.code, c.err, c.cancelled, c.problems)
			require.Equal(t, c.want, code)
			if c.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.wantErr)
			}
		})
	}
}

// TestMerge: what the emulator itself says comes in the line, in its place.
func TestMerge(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	m, err := Start(t.Context(), Emulator{Name: "sh", Argv: []string{sh, "-c", "echo one; echo two >&2; echo three"}, Merge: true})
	require.NoError(t, err)
	defer m.Close()
	for _, want := range []string{"one", "two", "three"} {
		line, err := m.ReadLine()
		require.NoError(t, err)
		require.Equal(t, want, line)
	}
}
