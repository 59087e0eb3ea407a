package script

import "stackproof/conformance/vm"

// phrases demands a phrase at every expectation. A call that only sets the scene (socket, bind, a write that
// succeeds) may go without: its own text is its phrase.
func (c *compiler) phrases() {
	for i := range c.origin {
		l := &c.out.Lines[i]
		if l.Phrase != "" {
			continue
		}
		e := &c.script.Events[c.origin[i]]
		switch a := e.Action.(type) {
		case *Idle, *Inspect, *Code:
			c.fail(e.Pos, "phrase", "the line has none: write behind it in words what it expects, `// ...`")
		case *Packet:
			if a.Out {
				c.fail(e.Pos, "phrase", "the line has none: write behind it in words what it expects, `// ...`")
			}
		case *Call:
			if !sceneSetting(a) {
				c.fail(e.Pos, "phrase", "the line has none: write behind it in words what it expects, `// ...`")
			}
			l.Phrase = l.Text
		}
	}
}

func sceneSetting(a *Call) bool {
	switch a.Name {
	case "socket", "bind", "listen", "setsockopt", "fcntl", "write", "send", "sendto", "shutdown", "close":
		return a.Errno == "" && !a.Blocks
	}
	return false
}

// twin finds the expectation that the twin names and plants the fault.
func (c *compiler) twin() {
	t := &c.meta.Twin
	target := -1
	for i := range c.out.Lines {
		if c.out.Lines[i].Phrase != t.Phrase {
			continue
		}
		if target >= 0 {
			c.fail(t.Pos, "twin", "lines %d and %d both say \"%s\"", c.out.Lines[target].Line, c.out.Lines[i].Line, t.Phrase)
		}
		target = i
	}
	if target < 0 {
		c.fail(t.Pos, "twin", "no line says \"%s\"", t.Phrase)
	}
	kind := c.out.Program.Events[target].Kind
	if !faultFits(t.Kind, kind) {
		c.fail(t.Pos, "twin", "`%s` does not fit line %d", t.Text, c.out.Lines[target].Line)
	}
	c.out.Program.Fault = vm.Fault{Target: uint16(target), Kind: t.Kind, Field: t.Field, N: t.N}
}

// faultFits tells whether a fault can turn an event of this kind red.
func faultFits(f vm.FaultKind, k vm.Kind) bool {
	switch f {
	case vm.FaultOut, vm.FaultDrop:
		return k == vm.Expect
	case vm.FaultExtra:
		return k == vm.Expect || k == vm.Idle || k == vm.End
	case vm.FaultResult:
		return k == vm.Call
	case vm.FaultData:
		return k == vm.Expect || k == vm.Call
	}
	return k == vm.Expect || k == vm.Call || k == vm.Idle || k == vm.Inspect || k == vm.End
}
