package script

import (
	"fmt"
	"strings"
	"time"
)

// String is the script as text: parsed again it gives the same tree, printed again the same text.
func (s *Script) String() string {
	var b strings.Builder
	comments := func(cs []Comment) {
		for _, c := range cs {
			blankLine(&b, c.Blank)
			b.WriteString(c.line() + "\n")
		}
	}
	for _, c := range s.Header {
		b.WriteString(c.line() + "\n")
	}
	for _, o := range s.Options {
		comments(o.Doc)
		blankLine(&b, o.Blank)
		b.WriteString(o.String() + "\n")
	}
	for i := range s.Events {
		e := &s.Events[i]
		comments(e.Doc)
		blankLine(&b, e.Blank)
		b.WriteString(e.String())
		if e.Phrase != "" {
			b.WriteString(" // " + e.Phrase)
		}
		b.WriteString("\n")
	}
	comments(s.Tail)
	return b.String()
}

func blankLine(b *strings.Builder, blank bool) {
	if blank && b.Len() > 0 {
		b.WriteString("\n")
	}
}

func (c *Comment) line() string {
	if c.Text == "" {
		return "//"
	}
	return "// " + c.Text
}

// String is the option's line.
func (o *Option) String() string {
	switch {
	case o.Quoted:
		return "--" + o.Name + `="` + o.Value + `"`
	case o.Value != "":
		return "--" + o.Name + "=" + o.Value
	}
	return "--" + o.Name
}

// String is the event on one line, without its phrase.
func (e *Event) String() string {
	t := e.Time.String()
	if c, ok := e.Action.(*Call); ok && c.Blocks {
		t += "..." + seconds(c.Until)
	}
	return t + " " + e.Action.(fmt.Stringer).String()
}

// String is the time as scripts write it: 0.1, and +.1.
func (t Time) String() string {
	if t.Kind == TimeAny {
		return "*"
	}
	one := seconds
	if t.Kind == TimeRelative {
		one = func(d time.Duration) string {
			s := seconds(d)
			if len(s) > 1 {
				s = strings.TrimPrefix(s, "0")
			}
			return "+" + s
		}
	}
	s := one(t.At)
	if t.Range {
		s += "~" + one(t.To)
	}
	return s
}

// seconds prints a time with as many decimals as it needs.
func seconds(d time.Duration) string {
	us := d / time.Microsecond
	s := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

func (n Num) String() string {
	if n.Hex {
		return fmt.Sprintf("%#x", n.N)
	}
	return fmt.Sprint(n.N)
}

func (c *Command) String() string { return "`" + c.Text + "`" }
func (c *Code) String() string    { return "%{" + c.Text + "}%" }

func (*Idle) String() string { return "idle" }
func (*Wait) String() string { return "wait" }

func (l *Link) String() string {
	if l.Up {
		return "link up"
	}
	return "link down"
}

func (k *Knob) String() string { return fmt.Sprintf("knob %s = %s", k.Name, k.Value) }

func (i *Inspect) String() string {
	fd := ""
	if i.HasFD {
		fd = fmt.Sprintf("(%d)", i.FD)
	}
	if i.State != "" {
		fd = "(" + i.State + ")"
	}
	return fmt.Sprintf("inspect %s%s %s %s", i.Name, fd, i.Op, &i.Value)
}

// String is the call on one line, without its times.
func (c *Call) String() string {
	s := c.Name + exprs("(", c.Args, ")") + " = " + c.Result.String()
	if c.Errno != "" {
		s += " " + c.Errno
	}
	if c.Note != "" {
		s += " (" + c.Note + ")"
	}
	return s
}

func exprs(open string, list []Expr, shut string) string {
	return open + joinExprs(list, ", ") + shut
}

func joinExprs(list []Expr, sep string) string {
	var b strings.Builder
	for i := range list {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(list[i].String())
	}
	return b.String()
}

// String is the expression as scripts write it.
func (e *Expr) String() string {
	switch e.Kind {
	case ExprEllipsis:
		return "..."
	case ExprInt:
		if e.Hex {
			return fmt.Sprintf("%#x", e.N)
		}
		return fmt.Sprint(e.N)
	case ExprString:
		if e.More {
			return `"` + e.Text + `"...`
		}
		return `"` + e.Text + `"`
	case ExprOr:
		return joinExprs(e.List, "|")
	case ExprArray:
		return exprs("[", e.List, "]")
	case ExprStruct:
		return exprs("{", e.List, "}")
	case ExprAssign:
		return e.List[0].String() + "=" + e.List[1].String()
	case ExprFunc:
		return e.Text + exprs("(", e.List, ")")
	case ExprRef:
		return "&" + e.Text
	}
	return e.Text
}
