package golden

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/golden/capture"
	"stackproof/golden/replay"
	"stackproof/golden/verify"
)

// TestReferee: where tshark is installed, it puts the streams of own captures together as the replay does. It takes its
// time: without STACKPROOF_LONG it is asked about one capture in eight.
func TestReferee(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("NOTRUN: tshark is not installed")
	}
	own, err := Own()
	require.NoError(t, err)
	all := []Entry{{File: "conversation.pcapng", Data: conversation(t, "a question", strings.Repeat("an answer ", 100))}}
	for i, e := range own {
		if i%8 == 0 || os.Getenv("STACKPROOF_LONG") != "" {
			all = append(all, e)
		}
	}
	for i := range all {
		t.Run(all[i].File, func(t *testing.T) { referee(t, &all[i]) })
	}
}

// referee compares the streams of a capture.
func referee(t *testing.T, e *Entry) {
	file := filepath.Join(t.TempDir(), "x.pcapng")
	require.NoError(t, os.WriteFile(file, e.Data, 0o600))
	conns := followed(t, e.Data)
	if len(conns) == 0 {
		return
	}
	args := []string{"-n", "-r", file, "-o", "tcp.check_checksum:TRUE", "-q"}
	for _, c := range conns {
		args = append(args, "-z", "follow,tcp,raw,"+strings.Join(strings.Split(c.String(), " > "), ","))
	}
	out, err := exec.Command("tshark", args...).Output()
	require.NoError(t, err)
	said := map[string]string{} // by the ends, in either order
	for part := range strings.SplitSeq(string(out), "Follow: tcp,raw\n") {
		lines := strings.SplitN(part, "\n", 4)
		if len(lines) == 4 && strings.HasPrefix(lines[1], "Node 0: ") {
			said[lines[1][len("Node 0: "):]+" > "+lines[2][len("Node 1: "):]] = lines[3]
		}
	}
	for _, c := range conns {
		ours, theirs, _ := c.Streams()
		ends := strings.Split(c.String(), " > ")
		text, ok := said[c.String()]
		client, server := follow(text)
		if !ok {
			text, ok = said[ends[1]+" > "+ends[0]]
			server, client = follow(text)
		}
		require.True(t, ok, "tshark does not find %v", c)
		require.True(t, bytes.Equal(ours, client), "%v: what the client sends", c)
		require.True(t, bytes.Equal(theirs, server), "%v: what the server sends", c)
	}
}

// followed are the connections of a capture that tshark can be asked about: it writes text of its own in the place of what
// is missing, finds the first of two connections between the same ends, has no stream where nothing was sent, and follows
// segments with a wrong checksum too.
func followed(t *testing.T, data []byte) (conns []*replay.Conn) {
	reader, err := capture.NewReader(bytes.NewReader(data), "x")
	require.NoError(t, err)
	tracker, v, r := replay.NewTracker(memory), verify.NewVerifier(), verify.NewResult()
	for f, err := reader.Next(); err == nil; f, err = reader.Next() {
		if b, _, ok := v.Ethernet(f); ok {
			tracker.Add(f.Time, b)
		}
		v.Frame(f, r)
	}
	if r.Bad.Total() > 0 {
		return nil
	}
	met := map[string]bool{}
	for _, c := range tracker.Done(true) {
		a, b, whole := c.Streams()
		if whole && !met[c.String()] && len(a)+len(b) > 0 {
			conns = append(conns, c)
		}
		met[c.String()] = true
	}
	return conns
}

// follow reads tshark's lines of hexadecimal digits; those of the second node are indented.
func follow(out string) (first, second []byte) {
	for line := range strings.Lines(out) {
		digits := strings.TrimRight(line, "\n")
		to := &first
		if strings.HasPrefix(digits, "\t") {
			to, digits = &second, digits[1:]
		}
		if b, err := hex.DecodeString(digits); err == nil {
			*to = append(*to, b...)
		}
	}
	return first, second
}
