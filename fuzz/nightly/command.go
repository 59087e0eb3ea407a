package nightly

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Command is a command of this program that draws from seeds and prints a line for each that fails.
type Command struct {
	Name  string
	Goals int64                              // seeds in which each of its goals must be hit; 0: it has none
	Args  func(first, seeds uint64) []string // that run so many seeds, from the first on
	One   func(seed uint64) string           // the command line that shows one again
}

// heardOf is what a command says of a slice.
type heardOf struct {
	seeds    uint64
	goals    int               // that it has
	unmet    []string          // of them
	failures map[uint64]string // by seed: the reason
	rest     string            // of its words, where it ends for another reason
}

var (
	seedFailed = regexp.MustCompile(`^FAIL seed (\d+):? ?(.*)$`)
	counted    = regexp.MustCompile(`^\w+: seeds=(\d+) `)
	goalsMet   = regexp.MustCompile(` goals=\d+/(\d+)`)
	goalsUnmet = regexp.MustCompile(`^never happened: (.+)$`)
)

// run starts the program for some seeds. An interrupted one has run those that it says.
func (c *Command) run(ctx context.Context, program string, first, seeds uint64, limit time.Duration) (h heardOf, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(limited, program, c.Args(first, seeds)...)
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return h, fmt.Errorf("fuzz: %s does not start: %w", c.Name, err)
	}
	h.failures = map[uint64]string{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := seedFailed.FindStringSubmatch(lines.Text()); m != nil {
			seed, _ := strconv.ParseUint(m[1], 10, 64)
			h.failures[seed] = m[2]
		} else if m := counted.FindStringSubmatch(lines.Text()); m != nil {
			h.seeds, _ = strconv.ParseUint(m[1], 10, 64)
			if m := goalsMet.FindStringSubmatch(lines.Text()); m != nil {
				h.goals, _ = strconv.Atoi(m[1])
			}
		} else if m := goalsUnmet.FindStringSubmatch(lines.Text()); m != nil {
			h.unmet = strings.Split(m[1], "; ")
		} else if words.Len() < mostSaid && !strings.HasPrefix(lines.Text(), "PASS ") {
			words.WriteString(lines.Text() + "\n")
		}
	}
	err = cmd.Wait()
	exit := (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return h, nil
	case limited.Err() != nil:
		h.rest = fmt.Sprintf("%s hangs: %d seeds from %d on had not ended after %s", c.Name, seeds, first, limit)
	case err != nil && !errors.As(err, &exit):
		return h, fmt.Errorf("fuzz: %s: %w", c.Name, err)
	case err != nil && len(h.failures) == 0 && (c.Goals == 0 || int64(seeds) < c.Goals || len(h.unmet) == 0):
		h.rest = strings.TrimSpace(words.String())
	}
	return h, nil
}
