package expect

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"stackproof/conformance/script"
)

// Scenario is one expectation.
type Scenario struct {
	ID     string
	File   string
	Line   int      // of its id, from 1
	Rows   []string // of rows.txt that it shows
	Source string   // "lwip", or "espressif": written by hand
	// Deviations are the rows of DEVIATIONS.md that a scenario in the folder deviations is about: what the face does instead.
	Deviations []string
	Alive      bool     // "peer: alive": the peer acts by itself (peer.go)
	Head       []string // its lines up to the first event
	Events     []Event
	Each       func() // called after each line, if it is there
}

// Event is one line.
type Event struct {
	Line   int
	Text   string // as it stands in the file
	At     time.Duration
	Rel    bool // At counts from the line before
	Action script.Action
}

// field is a line of the header, `// name: value`.
var field = regexp.MustCompile(`^// (id|rows|source|deviation|peer): (.*)$`)

// Load reads the expectations of all files in a folder.
func Load(dir string) (all []*Scenario, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pkt"))
	if err != nil {
		return nil, fmt.Errorf("expect: %w", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("expect: %w", err)
		}
		more, err := Parse(filepath.Base(file), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// Parse reads the expectations of one file. Each begins with its id, after an empty line.
func Parse(file, text string) (all []*Scenario, err error) {
	var s *Scenario
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		fail := func(format string, args ...any) ([]*Scenario, error) {
			return nil, fmt.Errorf("expect: %s:%d: %s", file, i+1, fmt.Sprintf(format, args...))
		}
		m := field.FindStringSubmatch(line)
		if m != nil && m[1] == "id" {
			s = &Scenario{ID: m[2], File: file, Line: i + 1, Source: "lwip"}
			all = append(all, s)
		}
		switch {
		case s == nil && line == "":
			continue
		case s == nil:
			return fail("an expectation begins with `// id: NAME`")
		case m != nil && m[1] == "rows":
			s.Rows = append(s.Rows, strings.Fields(m[2])...)
		case m != nil && m[1] == "deviation":
			s.Deviations = append(s.Deviations, m[2])
		case m != nil && m[1] == "peer":
			if s.Alive = m[2] == "alive"; !s.Alive {
				return fail("peer: want alive, got %s", m[2])
			}
		case m != nil && m[1] == "source":
			if s.Source = m[2]; s.Source != "espressif" {
				return fail("source: want espressif, got %s", s.Source)
			}
		}
		if line == "" || strings.HasPrefix(line, "//") {
			if len(s.Events) > 0 && line != "" {
				return fail("a line of comment among the events")
			}
			if line != "" {
				s.Head = append(s.Head, line)
			}
			continue
		}
		e, err := event(line)
		if err != nil {
			return fail("%v", err)
		}
		e.Line = i + 1
		s.Events = append(s.Events, e)
	}
	return all, nil
}

func event(line string) (e Event, err error) {
	parsed, err := script.Parse("line", []byte(line))
	if err != nil {
		return e, err
	}
	if len(parsed.Events) != 1 {
		return e, fmt.Errorf("%d events on one line", len(parsed.Events))
	}
	p := &parsed.Events[0]
	if p.Time.Range || p.Time.Kind == script.TimeAny {
		return e, fmt.Errorf("want one time")
	}
	return Event{Text: line, At: p.Time.At, Rel: p.Time.Kind == script.TimeRelative, Action: p.Action}, nil
}

// with is the line with another remark and, if it is a call, another result.
func (e *Event) with(result, remark string) string {
	line := e.Text
	if i := strings.Index(line, " // "); i >= 0 {
		line = line[:i]
	}
	if i := strings.LastIndex(line, ") = "); i >= 0 && result != "" {
		line = line[:i] + ") = " + result
	}
	if remark == "" {
		return line
	}
	return line + " // " + remark
}

// Text is the scenario as it stands in its file, with these lines of events.
func (s *Scenario) Text(lines []string) string {
	return strings.Join(s.Head, "\n") + "\n" + strings.Join(lines, "\n") + "\n"
}
