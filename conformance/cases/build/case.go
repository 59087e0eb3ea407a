// Package build writes cases in Go: what is a table or a loop would be much the same text many times over. A case that is
// built is a script like any other: it is put down in the language of the others and read as they are, so that nothing
// can be said here that has no place there. What differs is where it is said: its lines know the line of Go that made them.
package build

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"stackproof/conformance/script"
)

// Case is a case that is being written. Its methods return it, so that they can be chained.
type Case struct {
	title   string
	meta    [][2]string // key and value, in the order of a header
	options []string
	events  []event
	at      place
	time    string // of the next event
}

// event is one line, and where in Go it was written.
type event struct {
	text string
	at   place
}

// New begins a case. title says in a sentence or two what it is about.
func New(id, title string) *Case {
	c := &Case{title: title, at: caller("")}
	return c.head("id", id)
}

func (c *Case) head(key string, values ...string) *Case {
	sep := " "
	if key == "reqs" {
		sep = ", "
	}
	c.meta = append(c.meta, [2]string{key, strings.Join(values, sep)})
	return c
}

// Reqs are the ids of the requirements that it proves.
func (c *Case) Reqs(ids ...string) *Case { return c.head("reqs", ids...) }

// Level is how strongly they bind.
func (c *Case) Level(l script.Level) *Case { return c.head("level", string(l)) }

// Needs are features and personalities of the stack besides those that the events need.
func (c *Case) Needs(names ...string) *Case { return c.head("needs", names...) }

// Bug are the known bugs of other stacks that it would have found, slugs of bugs.txt.
func (c *Case) Bug(slugs ...string) *Case { return c.head("bug", slugs...) }

// Forms are the IP versions that it is compiled for.
func (c *Case) Forms(forms ...script.Form) *Case {
	var names []string
	for _, f := range forms {
		names = append(names, f.String())
	}
	return c.head("forms", names...)
}

// Twin is the fault of the negative twin, in the header's notation, and the phrase of the expectation that must go red.
func (c *Case) Twin(fault, phrase string) *Case {
	return c.head("twin", fmt.Sprintf("%s @ %q", fault, phrase))
}

// Option is a line such as --mtu=1400.
func (c *Case) Option(line string) *Case {
	c.options = append(c.options, line)
	return c
}

// At is when the next event happens, counted from the beginning.
func (c *Case) At(d time.Duration) *Case {
	c.time = script.Time{At: d}.String()
	return c
}

// After is when the next event happens, counted from the one before. Where nothing is said it is at once.
func (c *Case) After(d time.Duration) *Case {
	c.time = script.Time{Kind: script.TimeRelative, At: d}.String()
	return c
}

// Within lets the next packet, an expected one, come at any time within d.
func (c *Case) Within(d time.Duration) *Case {
	c.time = script.Time{Kind: script.TimeRelative, Range: true, To: d}.String()
	return c
}

// Between lets the next packet, an expected one, come at any time between two, counted from the beginning.
func (c *Case) Between(from, to time.Duration) *Case {
	c.time = script.Time{Range: true, At: from, To: to}.String()
	return c
}

// Whenever lets the next packet, an expected one, come whenever it likes.
func (c *Case) Whenever() *Case {
	c.time = "*"
	return c
}

// Line adds an event in the language's words: a call, an idle, a knob ... phrase may be empty where the language does not
// want one.
func (c *Case) Line(action, phrase string) *Case {
	if c.time == "" {
		c.time = "+0"
	}
	text := c.time + " " + action
	if phrase != "" {
		text += " // " + phrase
	}
	c.events = append(c.events, event{text, caller(c.at.file)})
	c.time = ""
	return c
}

// Do adds calls, knobs and the like that need no phrase, each as soon as the one before is done.
func (c *Case) Do(actions ...string) *Case {
	for _, a := range actions {
		c.Line(a, "")
	}
	return c
}

// In has the judge send a packet.
func (c *Case) In(p Packet) *Case { return c.Line("< "+p.String(), "") }

// Out expects a packet from the stack; phrase says in words what is expected.
func (c *Case) Out(p Packet, phrase string) *Case { return c.Line("> "+p.String(), phrase) }

// Idle expects silence for a time.
func (c *Case) Idle(d time.Duration, phrase string) *Case { return c.After(d).Line("idle", phrase) }

// Script is the case as a script: the events know their line of Go. The error is the parser's.
func (c *Case) Script() (*script.Script, error) {
	text, first := c.text()
	s, err := script.Parse(c.at.file, []byte(text))
	if e := (*script.Error)(nil); errors.As(err, &e) {
		e.Pos = c.place(e.Pos.Line - first)
		return nil, e
	}
	for i := range s.Header {
		s.Header[i].Pos = c.place(-1)
	}
	for i := range s.Events {
		pos := c.place(i)
		s.Events[i].Pos = pos
		switch a := s.Events[i].Action.(type) {
		case *script.Packet:
			a.Pos = pos
		case *script.Call:
			a.Pos = pos
		}
	}
	return s, nil
}

// place is the line of Go that made an event, or of what stands before the first.
func (c *Case) place(event int) script.Pos {
	if event < 0 || len(c.events) == 0 {
		return script.Pos{Line: c.at.line, Col: 1}
	}
	return script.Pos{Line: c.events[min(event, len(c.events)-1)].at.line, Col: 1}
}

// headerKeys is the order of a header.
var headerKeys = []string{"id", "reqs", "level", "needs", "bug", "forms", "twin"}

// text is the case in the language's words, and the line of the first event.
func (c *Case) text() (text string, first int) {
	var b strings.Builder
	for _, line := range wrapped(c.title) {
		b.WriteString("// " + line + "\n")
	}
	b.WriteString("//\n")
	for _, key := range headerKeys {
		for _, m := range c.meta {
			if m[0] == key {
				b.WriteString("// " + key + ": " + m[1] + "\n")
			}
		}
	}
	for _, o := range c.options {
		b.WriteString(o + "\n")
	}
	b.WriteString("\n")
	first = strings.Count(b.String(), "\n") + 1
	for _, e := range c.events {
		b.WriteString(e.text + "\n")
	}
	return b.String(), first
}

// wrapped breaks prose into lines of a comment.
func wrapped(prose string) (lines []string) {
	const width = 117
	line := ""
	for word := range strings.FieldsSeq(prose) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
