package script

import "fmt"

// Lack is something that a script needs and no stack under test can be asked for: another kernel's socket option, a
// figure that nobody gives, a change of the system about the stack. It is not one of the closed list (encap.go), so the
// script fails there; what stands before it is run.
type Lack struct {
	Event int // where it would stand in the program
	Line  int
	Text  string // the line, without time and phrase
	What  string // the construct
}

// lack ends the program at something that no stack under test can be asked for.
func (c *compiler) lack(p Pos, what, format string, args ...any) {
	construct := fmt.Sprintf(format, args...)
	panic(&Error{File: c.script.File, Pos: p, What: what, Cause: construct + ": no stack under test has it", lacks: construct})
}

// lines compiles the script's events. Behind a lack it looks only for constructs of the closed list, which go before.
func (c *compiler) lines() {
	if o := c.host.otherMTU; o != nil {
		if !c.foreign.On {
			c.fail(o.Pos, "option", "--mtu: no link here has %s", o.Value)
		}
		c.out.Lack = &Lack{Line: o.Pos.Line, Text: "--mtu=" + o.Value, What: "a link with an MTU of " + o.Value}
	}
	for i := range c.script.Events {
		c.line(&c.script.Events[i])
		for len(c.origin) < len(c.out.Program.Events) {
			c.origin = append(c.origin, i)
		}
	}
	if l := c.out.Lack; l != nil {
		c.out.Program.Events, c.out.Lines = c.out.Program.Events[:l.Event], c.out.Lines[:l.Event]
		for n := len(c.out.Blocks); n > 0 && c.out.Blocks[n-1].Event >= l.Event; n-- {
			c.out.Blocks = c.out.Blocks[:n-1]
		}
	}
}

func (c *compiler) line(e *Event) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		err, ok := r.(*Error)
		switch {
		case !ok || !c.foreign.On || err.Unsupported != "":
			panic(r)
		case c.out.Lack == nil && err.lacks == "":
			panic(r)
		case c.out.Lack == nil:
			c.out.Lack = &Lack{Event: len(c.out.Program.Events), Line: e.Pos.Line, Text: text(e.Action), What: err.lacks}
		}
	}()
	c.event(e)
}

// text is an action as the script has it.
func text(a Action) string { return a.(fmt.Stringer).String() }
