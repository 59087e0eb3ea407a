package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/fuzz/targets"
)

const (
	cc, cxx = "clang-19", "clang++-19"
	flags   = "-O1 -fsanitize=address" // what the engines' images have
	engine  = "-fsanitize=fuzzer"
)

// needEngine installs clang with libFuzzer where it is missing, or ends the test as not run.
func needEngine(t *testing.T) {
	if os.Getenv("STACKPROOF_LONG") != "1" {
		t.Skip("it builds each target and runs it for some seconds: STACKPROOF_LONG=1")
	}
	if _, err := link(t); err == nil {
		return
	}
	install := exec.Command("apt-get", "install", "-y", "-qq", "--no-install-recommends", "clang-19", "libclang-rt-19-dev")
	install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	said, installing := install.CombinedOutput()
	if out, err := link(t); err != nil {
		notrun.Skip(t, "libfuzzer", fmt.Sprintf("%s -fsanitize=fuzzer does not work here (%s), and apt-get install clang-19 libclang-rt-19-dev "+
			"does not help (%s)", cxx, lastLine(out, err), lastLine(string(said), installing)))
	}
}

// link tries to build a target in C.
func link(t *testing.T) (said string, err error) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.c")
	require.NoError(t, os.WriteFile(file, []byte("int LLVMFuzzerTestOneInput(void) { return 0; }"), 0o666))
	out, err := exec.Command(cxx, "-fsanitize=fuzzer,address", "-x", "c", file, "-o", filepath.Join(dir, "x")).CombinedOutput()
	return string(out), err
}

// lastLine is the end of what a program said, or else why it said nothing.
func lastLine(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if last := lines[len(lines)-1]; last != "" || err == nil {
		return last
	}
	return err.Error()
}

var (
	units      = regexp.MustCompile(`number_of_executed_units: (\d+)`)
	started    = regexp.MustCompile(`INITED\s+cov: (\d+)`)
	entries    = regexp.MustCompile(`Dictionary: (\d+) entries`)
	seedsFound = regexp.MustCompile(`INFO:\s+(\d+) files found`)
)

// number is what a pattern finds.
func number(t *testing.T, of *regexp.Regexp, said string) int {
	m := of.FindStringSubmatch(said)
	require.NotNil(t, m, "%s is not in\n%s", of, said)
	n, err := strconv.Atoi(m[1])
	require.NoError(t, err)
	return n
}

// TestEngine builds all targets by the engines' script, and runs each with its corpus and dictionary for some seconds.
func TestEngine(t *testing.T) {
	needEngine(t)
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	out := t.TempDir()
	build := exec.Command("bash", filepath.Join(".clusterfuzzlite", "build.sh"))
	build.Dir = root
	build.Env = append(os.Environ(), "OUT="+out, "CC="+cc, "CXX="+cxx, "CFLAGS="+flags, "CXXFLAGS="+flags, "LIB_FUZZING_ENGINE="+engine, "TARGETS=")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	for _, x := range targets.All {
		t.Run(x.Name, func(t *testing.T) {
			program, dir := filepath.Join(out, x.Name), t.TempDir()
			seeds := filepath.Join(dir, "corpus")
			unzip(t, program+"_seed_corpus.zip", seeds)
			args := []string{"-max_total_time=5", "-print_final_stats=1", "-timeout=25", "-rss_limit_mb=2560", "-artifact_prefix=" + dir + "/"}
			if x.Tokens != nil {
				args = append(args, "-dict="+program+".dict")
			}
			b, err := exec.Command(program, append(args, seeds)...).CombinedOutput()
			said := string(b)
			require.NoError(t, err, said)
			require.GreaterOrEqual(t, number(t, seedsFound, said), 1)
			require.Greater(t, number(t, units, said), number(t, seedsFound, said), "no more than the seeds")
			require.Greater(t, number(t, started, said), 30, "coverage")
			if x.Tokens != nil {
				require.Equal(t, len(x.Tokens()), number(t, entries, said))
			}
			t.Logf("%d inputs, of them %d seeds; %d counters", number(t, units, said), number(t, seedsFound, said), number(t, started, said))
		})
	}
}

// unzip puts a seed corpus into a folder, or some of it, so that seconds are enough.
func unzip(t *testing.T, file, dir string) {
	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer z.Close()
	require.NoError(t, os.Mkdir(dir, 0o777))
	const most = 60
	for i := 0; i < len(z.File); i += (len(z.File) + most - 1) / most {
		f := z.File[i]
		r, err := f.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), b, 0o666))
	}
}

// TestEngineFinds: a body that panics is a crash whose input is kept, found by coverage; what a body has no use for is not kept.
func TestEngineFinds(t *testing.T) {
	needEngine(t)
	dir := t.TempDir()
	t.Setenv("CC", cc)
	t.Setenv("CGO_ENABLED", "1")
	program, corpus := filepath.Join(dir, "liar"), filepath.Join(dir, "corpus")
	require.NoError(t, archive(t.Context(), "../../..", program+".a", "stackproof/fuzz/targets/libfuzzer/testdata/liar", "Body"))
	out, err := exec.Command(cxx, "-O1", "-fsanitize=address", program+".a", engine, "-o", program).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, os.Mkdir(corpus, 0o777))
	out, err = exec.Command(program, "-max_total_time=60", "-artifact_prefix="+dir+"/", corpus).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "panic: liar: found")
	crashes, err := filepath.Glob(filepath.Join(dir, "crash-*"))
	require.NoError(t, err)
	require.Len(t, crashes, 1, string(out))
	b, err := os.ReadFile(crashes[0])
	require.NoError(t, err)
	require.Equal(t, "FUZZ", string(b[:4]))
	kept, err := os.ReadDir(corpus)
	require.NoError(t, err)
	require.NotEmpty(t, kept)
	for _, k := range kept {
		b, err := os.ReadFile(filepath.Join(corpus, k.Name()))
		require.NoError(t, err)
		require.False(t, len(b) > 0 && b[0] == 'x', "%q", b)
	}
}
