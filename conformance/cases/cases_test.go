package cases

import (
	"fmt"
	"hash"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/reqs"
	"stackproof/conformance/vm"
)

// TestLoad: all cases compile, sorted by id, each once.
func TestLoad(t *testing.T) {
	all, err := Load()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	files := map[string][]string{}
	for i, c := range all {
		assert.NotEmpty(t, c.Compiled, c.ID)
		assert.True(t, c.File == "conformance/cases/"+c.ID+".pkt" || inGo(t, c, files), "%s lies in %s", c.ID, c.File)
		if i > 0 {
			assert.Less(t, all[i-1].ID, c.ID)
		}
		assert.NotEmpty(t, c.Needs(), c.ID)
		// A case is written as the printer would write it, so that all look alike.
		assert.Equal(t, c.Script.String(), c.Text, "%s is not in the printer's layout", c.File)
	}
}

// inGo tells whether a case is written in Go, each event with a line of that file, which is there.
func inGo(t *testing.T, c *Case, files map[string][]string) bool {
	lines := files[c.File]
	if lines == nil {
		text, err := os.ReadFile("../../" + c.File)
		require.NoError(t, err, "%s: %s", c.ID, c.File)
		lines = strings.Split(string(text), "\n")
		files[c.File] = lines
	}
	for _, out := range c.Compiled {
		for _, l := range out.Lines {
			if !strings.Contains(lines[l.Line-1], "(") {
				t.Errorf("%s: line %d of %s calls nothing", c.ID, l.Line, c.File)
			}
		}
	}
	return strings.HasSuffix(c.File, ".go") && strings.TrimSpace(lines[c.Line-1]) != ""
}

// TestIDs: ids stay for ever. case-ids.txt has every id that there ever was; a new case is added to it. A family of
// generated cases is one line, its prefix with the number of its ids and their hash: its tables only grow at the end, and
// then with a new family.
func TestIDs(t *testing.T) {
	all, err := Load()
	require.NoError(t, err)
	text, err := os.ReadFile("case-ids.txt")
	require.NoError(t, err)
	known := strings.Split(strings.TrimSpace(string(text)), "\n")
	assert.True(t, slices.IsSorted(known), "case-ids.txt is not sorted")
	var ids []string
	count, hash := map[string]int{}, map[string]hash.Hash32{}
	for _, c := range all {
		f := Family(c.ID)
		if f == "" {
			ids = append(ids, c.ID)
			continue
		}
		if count[f]++; count[f] == 1 {
			hash[f] = fnv.New32a()
		}
		fmt.Fprintln(hash[f], c.ID)
	}
	for _, f := range Families {
		require.NotZero(t, count[f], f)
		ids = append(ids, fmt.Sprintf("%s* %d %08x", f, count[f], hash[f].Sum32()))
	}
	slices.Sort(ids)
	assert.Equal(t, known, ids, "case-ids.txt only grows: add what is new, and never take an id away")
}

func TestLoadFSMistakes(t *testing.T) {
	good, err := files.ReadFile("arp/request-answered.pkt")
	require.NoError(t, err)
	for name, c := range map[string]struct{ file, text, want string }{
		"path":   {"arp/other.pkt", string(good), "cases: x/arp/other.pkt: the id `arp/request-answered` is not the path `arp/other`"},
		"nobody": {"a.pkt", "0 idle", "cases: x/a.pkt: the id `` is not the path `a`"},
		"syntax": {"a.pkt", "0 idel", "script: x/a.pkt:1:3: event: `idel` is neither a call nor idle, wait, link, knob or inspect"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadFS(fstest.MapFS{c.file: {Data: []byte(c.text)}}, "x")
			assert.EqualError(t, err, c.want)
		})
	}
}

// TestRequirements: every case cites requirements of the register, none that nothing can show or that is replaced.
func TestRequirements(t *testing.T) {
	all, err := Load()
	require.NoError(t, err)
	register, err := reqs.Load()
	require.NoError(t, err)
	var proofs []reqs.Proof
	for _, c := range all {
		proofs = append(proofs, reqs.Proof{ID: c.ID, Reqs: c.Reqs})
	}
	_, err = register.Coverage(proofs)
	require.NoError(t, err)
	for _, c := range all {
		assert.Contains(t, levels(register, c), string(c.Level), "%s has a level that none of its requirements has", c.ID)
	}
}

func levels(register *reqs.Register, c *Case) (l []string) {
	for _, id := range c.Reqs {
		q, _ := register.Find(id)
		l = append(l, string(q.Level))
	}
	return l
}

// TestEachCaseCanFail: every form of every case has a fault, at an expectation that has a phrase of its own.
func TestEachCaseCanFail(t *testing.T) {
	all, err := Load()
	require.NoError(t, err)
	for _, c := range all {
		for _, out := range c.Compiled {
			f := out.Program.Fault
			assert.NotEqual(t, vm.NoFault, f.Kind, c.ID)
			assert.Equal(t, c.Twin.Phrase, out.Lines[f.Target].Phrase, c.ID)
			assert.Len(t, out.Lines, len(out.Program.Events), c.ID)
			assert.Equal(t, vm.End, out.Program.Events[len(out.Program.Events)-1].Kind, "%s does not end by looking for what is left over", c.ID)
		}
	}
}
