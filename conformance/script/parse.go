package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parser is a recursive descent over the tokens, one ahead. It reports the first mistake by a panic with an *Error,
// which Parse catches.
type parser struct {
	lexer
	tok   token
	last  int // line on which the last consumed token ended
	depth int // of nested expressions
}

// Parse parses a script. file is its name in messages; defines are `NAME=VALUE`, as `--define` has them. The error is
// an *Error.
func Parse(file string, src []byte, defines ...string) (s *Script, err error) {
	p := &parser{lexer: lexer{file: file, src: string(src), line: 1, defines: map[string]string{}}}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			if e.Unsupported == "" && speaksSCTP(src) {
				e.Unsupported = sctp
			}
			s, err = nil, e
		}
	}()
	for _, d := range defines {
		p.define(Pos{1, 1}, d)
	}
	p.take()
	return p.script(), nil
}

// AddOptions adds `NAME=VALUE` as options to somebody else's script, where it has none of that name: as packetdrill's
// command line does. The error is an *Error.
func (s *Script) AddOptions(options ...string) error {
	if m, err := s.Meta(); err != nil || m.ID != "" {
		return err
	}
	for _, text := range options {
		name, value, _ := strings.Cut(strings.TrimPrefix(text, "--"), "=")
		if name == "" || name == "define" {
			return &Error{File: s.File, Pos: Pos{1, 1}, What: "option", Cause: "want NAME=VALUE, got `" + text + "`"}
		}
		if !slices.ContainsFunc(s.Options, func(o Option) bool { return o.Name == name }) {
			s.Options = append(s.Options, Option{Pos: Pos{1, 1}, Name: name, Value: value})
		}
	}
	return nil
}

func (p *parser) script() *Script {
	s := &Script{File: p.file}
	s.Header = p.header()
	for p.tok.kind == tokOption {
		s.Options = append(s.Options, p.option())
	}
	for p.tok.kind != tokEOF {
		s.Events = append(s.Events, p.event())
	}
	if n := len(p.open); n > 0 {
		p.fail(p.open[n-1].pos, "directive", "#ifdef without #endif")
	}
	s.Tail = p.tok.pre
	return s
}

// header takes the first block of comments, up to a blank line.
func (p *parser) header() []Comment {
	pre := p.tok.pre
	n := len(pre)
	for i := 1; i < len(pre); i++ {
		if pre[i].Blank {
			n = i
			break
		}
	}
	p.tok.pre = pre[n:]
	return pre[:n]
}

// take consumes the token and answers it.
func (p *parser) take() token {
	t := p.tok
	p.last = t.end
	p.tok = p.next()
	return t
}

// rescan scans the present token again, as the longest run of bytes that ok accepts.
func (p *parser) rescan(ok func(byte) bool) {
	p.off, p.line, p.bol = p.tok.off, p.tok.pos.Line, p.tok.off-(p.tok.pos.Col-1)
	if text := p.run(ok); text != "" {
		p.tok.kind, p.tok.text, p.tok.end = tokWord, text, p.line
		return
	}
	p.tok.kind, p.tok.text = p.scan(p.tok.pos)
}

func (p *parser) is(punct string) bool { return p.tok.kind == tokPunct && p.tok.text == punct }

func (p *parser) isWord(w string) bool { return p.tok.kind == tokWord && p.tok.text == w }

// accept consumes the character if it is there.
func (p *parser) accept(punct string) bool {
	if p.is(punct) {
		p.take()
		return true
	}
	return false
}

func (p *parser) acceptWord(w string) bool {
	if p.isWord(w) {
		p.take()
		return true
	}
	return false
}

func (p *parser) expect(what, punct string) {
	if !p.accept(punct) {
		p.unexpected(what, "`"+punct+"`")
	}
}

// unexpected reports the present token where want should stand.
func (p *parser) unexpected(what, want string) {
	p.fail(p.tok.pos, what, "want "+want+", got "+p.tok.String())
}

func (p *parser) failf(pos Pos, what, format string, args ...any) {
	p.fail(pos, what, fmt.Sprintf(format, args...))
}

// String is the token as a message shows it.
func (t *token) String() string {
	switch t.kind {
	case tokEOF:
		return "the end of the script"
	case tokString:
		return strconv.Quote(t.text)
	case tokShell:
		return "a shell command"
	case tokCode:
		return "a code block"
	case tokOption:
		return "`--" + t.text + "`"
	}
	return "`" + t.text + "`"
}

// number takes an integer, decimal or hexadecimal, up to limit.
func (p *parser) number(what string, limit uint32) Num {
	t := p.tok
	n := Num{Hex: t.kind == tokHex}
	if t.kind != tokNumber && t.kind != tokHex {
		p.unexpected(what, "a number")
	}
	v, err := parseUint(t.text)
	if err != nil {
		p.failf(t.pos, what, "`%s` is not a whole number", t.text)
	}
	if v > uint64(limit) {
		p.failf(t.pos, what, "%s is above the limit %d", t.text, limit)
	}
	n.N = uint32(v)
	p.take()
	return n
}

// parseUint parses 12 and 0x1f.
func parseUint(s string) (uint64, error) {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		return strconv.ParseUint(hex, 16, 64)
	}
	return strconv.ParseUint(s, 10, 64)
}

// option parses `--name` or `--name=value`; the value goes up to the next blank.
func (p *parser) option() Option {
	o := Option{Pos: p.tok.pos, Doc: p.tok.pre, Blank: p.tok.blank, Name: p.tok.text}
	p.take()
	if !p.is("=") || p.tok.pos.Line != o.Pos.Line {
		return o
	}
	p.take()
	if p.tok.kind == tokString {
		o.Value, o.Quoted = p.take().text, true
		return o
	}
	if o.Name == "define" {
		o.Value = p.definition(o.Pos)
		return o
	}
	if p.tok.kind == tokEOF || p.tok.pos.Line != o.Pos.Line {
		p.failf(o.Pos, "option", "--%s= without a value", o.Name)
	}
	p.rescan(func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' })
	if p.tok.kind != tokWord {
		p.unexpected("option", "a value")
	}
	o.Value = p.take().text
	return o
}

// definition takes `NAME=VALUE`, in which the value is a word, "text" or `text`.
func (p *parser) definition(pos Pos) string {
	p.rescan(isWord)
	text := p.tok.text
	if p.take(); !p.is("=") {
		p.unexpected("definition", "`=`")
	}
	p.take()
	switch p.tok.kind {
	case tokString:
		text += `="` + p.tok.text + `"`
	case tokShell:
		text += "=`" + p.tok.text + "`"
	default:
		p.rescan(isWord)
		text += "=" + p.tok.text
	}
	p.define(pos, text)
	p.take()
	return text
}

// event parses one timed line and the comment at its end.
func (p *parser) event() Event {
	e := Event{Pos: p.tok.pos, Doc: p.tok.pre, Blank: p.tok.blank}
	e.Time.Kind = TimeRelative
	if p.tok.kind != tokShell { // a command before the first line, or after the last, may go without
		e.Time = p.time()
	}
	e.Action = p.action(&e)
	if pre := p.tok.pre; len(pre) > 0 && pre[0].Pos.Line == p.last {
		e.Phrase, p.tok.pre = pre[0].Text, pre[1:]
	}
	return e
}

func (p *parser) action(e *Event) Action {
	switch p.tok.kind {
	case tokEllipsis:
		return p.call(e)
	case tokShell:
		t := p.take()
		return &Command{t.pos, t.text}
	case tokCode:
		t := p.take()
		return &Code{t.pos, t.text}
	case tokWord:
		switch p.tok.text {
		case "idle":
			p.take()
			return &Idle{}
		case "wait":
			p.take()
			return &Wait{}
		case "link":
			return p.link()
		case "knob":
			return p.knob()
		case "inspect":
			return p.inspect()
		}
		return p.call(e)
	}
	if p.is("<") || p.is(">") {
		return p.packet()
	}
	p.unexpected("event", "`<`, `>` or a call")
	return nil
}

// time parses 0.3, +.1, *, 1~1.2 and +.1~+.2.
func (p *parser) time() Time {
	if p.accept("*") {
		return Time{Kind: TimeAny}
	}
	var t Time
	if p.accept("+") {
		t.Kind = TimeRelative
	}
	t.At = p.seconds()
	if !p.accept("~") {
		return t
	}
	pos := p.tok.pos
	if (t.Kind == TimeRelative) != p.accept("+") {
		p.fail(pos, "time", "both ends of a range must be relative, or none")
	}
	t.Range, t.To = true, p.seconds()
	if t.To < t.At {
		p.failf(pos, "time", "the range ends at %v, before its start %v", t.To, t.At)
	}
	return t
}

// maxTime bounds the times in a script: longer than any timer of a stack, so that a slip of the pen is seen.
const maxTime = 7 * 24 * time.Hour

// seconds parses seconds with up to six decimals: virtual time has microseconds.
func (p *parser) seconds() time.Duration {
	t := p.tok
	if t.kind != tokNumber {
		p.unexpected("time", "seconds")
	}
	whole, frac, _ := strings.Cut(t.text, ".")
	if trimmed := strings.TrimRight(frac, "0"); len(trimmed) > 6 {
		p.failf(t.pos, "time", "%s is finer than a microsecond", t.text)
	}
	frac = (frac + "000000")[:6]
	us, err := strconv.ParseInt(whole+frac, 10, 64)
	d := time.Duration(us) * time.Microsecond
	if err != nil || us > int64(maxTime/time.Microsecond) {
		p.failf(t.pos, "time", "%s s is above the limit %v", t.text, maxTime)
	}
	p.take()
	return d
}
