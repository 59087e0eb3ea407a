package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden texts")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// failing is a case that failed in one of its two forms.
func failing() *Failure {
	v := &Verdict{
		ID: "tcp/reset/in-window", File: "conformance/cases/tcp/reset/in-window.pkt", Line: 14, Stack: "stackproof",
		Link: "direct", Outcome: Fail, Level: "MUST", Reqs: []string{"RFC5961:3.2:1"}, Needs: []string{"tcp"},
		Phrase: "challenge ACK for the in-window RST", Want: "> . 1:1(0) ack 1", Got: "> R 1:1(0)", VirtualUS: 200000,
		Forms: []Form{{Name: "ipv4", Outcome: Pass, Twin: TwinRed}, {Name: "ipv6", Outcome: Fail, Twin: TwinNotRun}},
	}
	return &Failure{
		Verdict: v, Form: "ipv6", Finding: Finding{Fail, 14, v.Phrase, v.Want, v.Got}, Requirements: []string{"RFC5961:3.2:1 (3.2): an in-window RST is challenged"},
		Kind: "wrong packet", Field: "tcp.flags differs: want 16, got 4", At: 200 * time.Millisecond,
		Records: []Record{
			{At: 100 * time.Millisecond, Side: Judge, Frame: []byte{1, 2, 3}, Text: "< S 0:0(0) win 65535"},
			{At: 200 * time.Millisecond, Side: Stack, Frame: []byte{4, 5, 6, 7}, Text: "> R 1:1(0)", Note: "wrong packet"},
		},
		Rerun: "stackproof run tcp/reset/in-window",
	}
}

func TestFailureText(t *testing.T) {
	var b bytes.Buffer
	failing().Text(&b)
	golden(t, "failure.txt", b.String())
}

func TestFailureTextOfSilence(t *testing.T) {
	f := failing()
	f.Kind, f.Field, f.Got, f.Records = "silent", "", "", nil
	var b bytes.Buffer
	f.Text(&b)
	golden(t, "silence.txt", b.String())
}

// TestCaptureReadsBack: a reader that we did not write opens the capture; the comments are in it.
func TestCaptureReadsBack(t *testing.T) {
	f := failing()
	var b bytes.Buffer
	require.NoError(t, f.Capture(&b))
	require.Contains(t, b.String(), "wrong packet")
	require.Contains(t, b.String(), "challenge ACK for the in-window RST")
	r, err := pcapgo.NewNgReader(bytes.NewReader(b.Bytes()), pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	for i, rec := range f.Records {
		data, info, err := r.ReadPacketData()
		require.NoError(t, err)
		require.Equal(t, rec.Frame, data)
		require.Equal(t, int(rec.Side), info.InterfaceIndex)
		require.Equal(t, rec.At, time.Duration(info.Timestamp.UnixNano()))
		in, err := r.Interface(i)
		require.NoError(t, err)
		require.Equal(t, sideNames[i], in.Name)
	}
}

func results() *Results {
	f := failing()
	r := &Results{Verdicts: []Verdict{*f.Verdict}, Failures: []*Failure{f}, Plan: []Planned{{ID: f.Verdict.ID, Form: "ipv4", Run: true, Why: "selected"}}}
	r.Summary = Summary{Stack: "stackproof", TwinsRed: 1, TwinsTotal: 2, MustCovered: 3, MustTotal: 69, ShouldTotal: 31, Seed: 7, VirtualSeconds: 0.2}
	r.Summary.Counts[Fail] = 1
	return r
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "results")
	require.NoError(t, results().Write(dir))

	var s map[string]any
	b, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &s))
	for _, key := range []string{"stack", "cases", "must", "should", "twins", "wraps", "seed", "virtual_seconds", "wall_seconds"} {
		require.Contains(t, s, key)
	}
	for i := range Outcomes {
		require.Contains(t, s, Outcome(i).String())
	}
	require.Equal(t, 1.0, s["cases"])
	require.Equal(t, 1.0, s["fail"])
	require.Equal(t, map[string]any{"red": 1.0, "total": 2.0}, s["twins"])

	b, err = os.ReadFile(filepath.Join(dir, "verdicts.jsonl"))
	require.NoError(t, err)
	var v Verdict
	require.NoError(t, json.Unmarshal(bytes.TrimSpace(b), &v))
	require.Equal(t, results().Verdicts[0], v)

	b, err = os.ReadFile(filepath.Join(dir, "junit.xml"))
	require.NoError(t, err)
	var j junitSuite
	require.NoError(t, xml.Unmarshal(b, &j))
	require.Equal(t, 1, j.Failures)
	require.Equal(t, "tcp.reset", j.Cases[0].Class)

	for _, name := range []string{"plan.json", "failures/tcp-reset-in-window.ipv6.log", "failures/tcp-reset-in-window.ipv6.pcapng"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}

// TestFolderReplaced: a second run leaves nothing of the first.
func TestFolderReplaced(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, results().Write(dir))
	r := results()
	r.Failures = nil
	require.NoError(t, r.Write(dir))
	require.NoDirExists(t, filepath.Join(dir, "failures"))
}

// TestFolderOfOthers: a folder that holds something else is left alone.
func TestFolderOfOthers(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.tex"), nil, 0o644))
	require.ErrorContains(t, results().Write(dir), "it holds other files")
	file := filepath.Join(dir, "thesis.tex")
	require.ErrorContains(t, PrepareFolder(file), "cannot use results folder")
}

func TestOutcomeNames(t *testing.T) {
	for i := range Outcomes {
		b, err := Outcome(i).MarshalText()
		require.NoError(t, err)
		var o Outcome
		require.NoError(t, o.UnmarshalText(b))
		require.Equal(t, Outcome(i), o)
	}
	var o Outcome
	require.Error(t, o.UnmarshalText([]byte("fine")))
	require.Equal(t, NotRun, o, "the zero value is no evidence")
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		outcomes []Outcome
		want     int
	}{
		{nil, ExitNone},
		{[]Outcome{Unsupported, NotRun}, ExitNone},
		{[]Outcome{Pass, Unsupported}, ExitOK},
		{[]Outcome{Pass, XFail}, ExitOK},
		{[]Outcome{Pass, Fail}, ExitFail},
		{[]Outcome{Pass, XPass}, ExitFail},
		{[]Outcome{Crash}, ExitFail},
		{[]Outcome{Timeout}, ExitFail},
		{[]Outcome{Blocked}, ExitFail},
		{[]Outcome{Fail, Error}, ExitTester},
	} {
		var counts Counts
		for _, o := range c.outcomes {
			counts[o]++
		}
		require.Equal(t, c.want, counts.ExitCode(), c.outcomes)
	}
}

func TestWorse(t *testing.T) {
	require.Equal(t, Fail, Worse(Pass, Fail))
	require.Equal(t, Fail, Worse(Fail, Pass))
	require.Equal(t, Crash, Worse(Fail, Crash))
	require.Equal(t, Pass, Worse(Pass, Unsupported))
	require.Equal(t, Unsupported, Worse(Unsupported, Unsupported))
}

func TestJUnitIsEscaped(t *testing.T) {
	v := failing().Verdict
	v.Got = "> R 1:1(0) <mss 1460> & \x00"
	var b strings.Builder
	require.NoError(t, writeJUnit(&b, "s", []Verdict{*v}))
	require.NoError(t, xml.Unmarshal([]byte(b.String()), &junitSuite{}))
}

// TestFolderReadOnly: that results cannot be written is known before anything runs.
func TestFolderReadOnly(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o500))
	if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
		f.Close()
		t.Skip("NOTRUN folder: this user can write everywhere")
	}
	require.ErrorContains(t, PrepareFolder(dir), "cannot write to results folder "+dir+": permission denied")
	require.ErrorContains(t, PrepareFolder(filepath.Join(dir, "x")), "cannot make results folder")
}
