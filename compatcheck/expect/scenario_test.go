package expect

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/script"
	"stackproof/stack/socket/lwip/abi"
)

func TestParse(t *testing.T) {
	all, err := Parse("f.pkt", "// id: a/b\n// rows: x y\n// a word\n0 close(3) = 0 // at once\n\n// id: c\n// rows: z\n// source: espressif\n+.5 wait\n")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{"x", "y"}, all[0].Rows)
	require.Equal(t, "lwip", all[0].Source)
	require.Equal(t, "espressif", all[1].Source)
	require.Equal(t, 6, all[1].Line)
	require.True(t, all[1].Events[0].Rel)
	require.Equal(t, "// id: a/b\n// rows: x y\n// a word\nevents\n", all[0].Text([]string{"events"}))
	for text, want := range map[string]string{
		"0 wait\n":                              "expect: f:1: an expectation begins with `// id: NAME`",
		"// id: a\n0 wait\n// more\n":           "expect: f:3: a line of comment among the events",
		"// id: a\n// source: me\n0 wait\n":     "expect: f:2: source: want espressif, got me",
		"// id: a\n0 wait(\n":                   "expect: f:2: script: line:1:7: `wait`: `wait(...)` lacks `= RESULT`",
		"// id: a\n* wait\n":                    "expect: f:2: want one time",
		"// id: a\n0 close(1) = 0 close(2) = 0": "",
	} {
		_, err := Parse("f", text)
		require.Error(t, err, text)
		if want != "" && text != "// id: a\n0 wait(\n" {
			require.EqualError(t, err, want)
		}
	}
}

func TestWith(t *testing.T) {
	e := Event{Text: `0 poll([{fd=3, events=POLLIN}], 1, 0) = 1 // old`}
	require.Equal(t, `0 poll([{fd=3, events=POLLIN}], 1, 0) = -1 EBADF // new`, e.with("-1 EBADF", "new"))
	e.Text = "+1 wait // old"
	require.Equal(t, "+1 wait", e.with("", ""))
}

// call parses a call of the language.
func parseCall(t *testing.T, text string) *script.Call {
	t.Helper()
	e, err := event("0 " + text + " = 0")
	require.NoError(t, err)
	return e.Action.(*script.Call)
}

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		call string
		want string // the data
	}{
		{"close(5)", "\x05close\x01\x05\x00"},
		{"fcntl(1, F_SETFL, O_NONBLOCK)", "\x05fcntl\x01\x01\x00\x00\x04\x00\x00\x00\x00\x00\x40\x00\x00"},
		{"bind(1, {sin_port=htons(7)}, 16)", "\x04bind\x01\x01\x00\x02\x10\x00\x10\x02\x00\x07\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00"},
		{"accept(1, NULL, [4])", "\x06accept\x01\x01\x00\x03\x02\x04\x00\x04\x00\x00\x00"},
		{"select(9, [2, 3], NULL, [], NULL)", "\x06select\x00\x09\x00\x00\x00\x04\x02\x02\x00\x03\x00\x03\x04\x00\x03"},
		{"poll([{fd=-1, events=POLLIN|POLLOUT}], 1, 0)", "\x04poll\x05\x01\xff\xff\x09\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"},
		{`writev(1, ["ab", NULL], 2)`, "\x06writev\x01\x01\x00\x06\x02\x02\x00ab\xff\xff\x00\x02\x00\x00\x00"},
		{"write(1, ..., 3)", "\x05write\x01\x01\x00\x02\x03\x00abc\x00\x03\x00\x00\x00"},
		{`write(1, "\x41z", 2)`, "\x05write\x01\x01\x00\x02\x02\x00Az\x00\x02\x00\x00\x00"},
		{"setsockopt(1, 2, 3, [byte(9)], 1)", "\x0asetsockopt\x01\x01\x00\x00\x02\x00\x00\x00\x00\x03\x00\x00\x00\x02\x01\x00\x09\x00\x01\x00\x00\x00"},
	} {
		t.Run(c.call, func(t *testing.T) {
			data, _, err := encode(parseCall(t, c.call))
			require.NoError(t, err)
			require.Equal(t, c.want, string(data))
		})
	}
	for call, want := range map[string]string{
		"fork()":                                "fork: no such call",
		"close()":                               "close: 0 arguments instead of 1",
		"close(NO_SUCH)":                        "close: want a number, got `NO_SUCH`",
		"bind(1, 5, 16)":                        "bind: want a structure, got `5`",
		"setsockopt(1, 2, 3, {a=1}, 4)":         "setsockopt: `{a=1}`: no such structure",
		"bind(1, {sin_port=7, sin_addr=8}, 16)": "bind: want inet_addr(\"ADDRESS\"), got `8`",
		"write(1, 5, 1)":                        "write: argument 2: want `...` or a string, got `5`",
		"accept(1, 7, NULL)":                    "accept: want `...` or [N], got `7`",
		"poll([{events=1}], 1, 0)":              "poll: a member is missing",
	} {
		_, _, err := encode(parseCall(t, call))
		require.EqualError(t, err, want)
	}
}

func TestSockaddr(t *testing.T) {
	b := make([]byte, 28)
	abi.SockaddrIn{Len: 16, Family: abi.AF_INET, Port: 7, Addr: [4]byte{1, 2, 3, 4}}.Put(b)
	require.Equal(t, "1.2.3.4:7", sockaddr(b))
	b[0] = 0
	require.Equal(t, "1.2.3.4:7 with sin_len 0", sockaddr(b))
	abi.SockaddrIn6{Len: 28, Family: abi.AF_INET6, Port: 50000, Addr: [16]byte{15: 1}}.Put(b)
	require.Equal(t, "[::1]:ephemeral", sockaddr(b))
	require.Equal(t, "no address", sockaddr(make([]byte, 28)))
	require.Equal(t, "address 0063", sockaddr([]byte{0, 99}))
}
