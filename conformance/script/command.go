package script

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// commandBuilder compiles a shell command: it is not run, but understood by tables.
type commandBuilder struct {
	*compiler
	pos    Pos
	events []vm.Event
}

// command compiles a shell command into knobs that are set and figures that are read.
func (c *compiler) command(ev *vm.Event, k *Command) (more []vm.Event) {
	b := &commandBuilder{compiler: c, pos: k.Pos}
	for _, line := range commandLines(k.Text) {
		b.line(line)
	}
	if len(b.events) == 0 {
		ev.Kind = vm.Wait
		return nil
	}
	first := b.events[0]
	first.Mode, first.At = ev.Mode, ev.At
	*ev = first
	return b.events[1:]
}

var (
	continued = regexp.MustCompile(`\\\n`)
	separator = regexp.MustCompile(`\n|;|&&|\|\|`)
)

// commandLines cuts a text where the shell goes on to another command, outside quotes.
func commandLines(text string) (lines []string) {
	text = continued.ReplaceAllString(text, " ")
	quotes := quotedSpans(text)
	from := 0
	for _, at := range append(separator.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if slices.ContainsFunc(quotes, func(q [2]int) bool { return q[0] < at[0] && at[1] < q[1] }) {
			continue
		}
		if line := strings.TrimSpace(text[from:at[0]]); line != "" {
			lines = append(lines, line)
		}
		from = at[1]
	}
	return lines
}

// quotedSpans are where quoted text lies.
func quotedSpans(text string) (spans [][2]int) {
	for i := 0; i < len(text); i++ {
		if text[i] != '"' && text[i] != '\'' {
			continue
		}
		n := strings.IndexByte(text[i+1:], text[i])
		if n < 0 {
			break
		}
		spans = append(spans, [2]int{i, i + n + 2})
		i += n + 1
	}
	return spans
}

// line compiles one command, or one pipeline.
func (b *commandBuilder) line(text string) {
	words := shellWords(text)
	for len(words) > 0 && (words[0] == "sudo" || words[0] == "!") {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	switch name := path.Base(words[0]); {
	case name == "sysctl":
		for _, w := range words[1:] {
			if !strings.HasPrefix(w, "-") {
				b.sysctl(strings.ReplaceAll(w, "/", "."))
			}
		}
	case name == "set_sysctls.py":
		for _, w := range words[1:] {
			b.sysctl(strings.ReplaceAll(strings.TrimPrefix(w, "/proc/sys/"), "/", "."))
		}
	case name == "sockstat", name == "netstat", name == "ss", name == "grep" && strings.Contains(text, "/proc/net/tcp"):
		b.probe(text)
	case name == "ip" && len(words) > 1 && words[1] == "tcp_metrics":
	case initScripts[name], strings.HasPrefix(name, "sysctl_restore_"), noCommands[name]:
	default:
		b.fail(b.pos, "command", "`%s` is not understood", brief(text))
	}
}

// shellWords are the words of a command, their quotes taken off. Quotes may begin inside a word.
func shellWords(text string) (words []string) {
	word, quote, any := "", byte(0), false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, any = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if any || word != "" {
				words = append(words, word)
			}
			word, any = "", false
		default:
			word += text[i : i+1]
		}
	}
	if any || word != "" {
		words = append(words, word)
	}
	return words
}

// sysctl compiles `NAME=VALUE`; a name alone only asks.
func (b *commandBuilder) sysctl(text string) {
	name, value, sets := strings.Cut(text, "=")
	s, known := sysctls[name]
	switch {
	case noSysctls[name] || !sets && known:
		return
	case name == "net.inet.tcp.rfc1323":
		n := b.number(name, value)
		b.knob(name, sysctl{knob: sut.KnobTimestamps, usual: 1}, flagOf(n == 1 || n == 3))
		b.knob(name, sysctl{knob: sut.KnobWindowScale, usual: 1}, flagOf(n == 1 || n == 2))
		return
	case !known:
		b.fail(b.pos, "command", "the setting `%s` is not known", brief(name))
	}
	if s.from != "" {
		if value != "0" {
			b.unsupported(b.pos, "command", s.from)
		}
		return
	}
	b.knob(name, s, b.number(name, value))
}

func flagOf(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// number is a setting's value; of three, the least, the usual and the most, it is the usual.
func (b *commandBuilder) number(name, value string) int64 {
	if three := strings.Fields(value); len(three) >= 3 {
		value = three[1]
	}
	value = strings.TrimSuffix(strings.TrimPrefix(value, "$(("), "))")
	n, cause := evaluate(value)
	if cause != "" {
		b.fail(b.pos, "command", "%s: `%s` is not a number: %s", name, brief(value), brief(cause))
	}
	return n
}

// knob sets a knob where that changes something.
func (b *commandBuilder) knob(name string, s sysctl, n int64) {
	was, set := b.knobs[s.knob]
	if !set {
		was = s.usual
	}
	if n == was {
		return
	}
	b.knobs[s.knob] = n
	b.events = append(b.events, vm.Event{Kind: vm.Knob, Knob: s.knob, Value: n * max(s.scale, 1)})
}

// stateWords are TCP's states as tools print them, and as /proc/net/tcp numbers them.
var stateWords = regexp.MustCompile(`\b(?:LISTEN|SYN[_-]SENT|SYN[_-](?:RCVD|RECV|RECEIVED)|ESTAB(?:LISHED)?|FIN[_-]WAIT[_-]?[12]|CLOSE[_-]WAIT|CLOSING|LAST[_-]ACK|TIME[_-]WAIT|CLOSED)\b|"? (0[1-9AB]) "?`)

// procStates are the states of /proc/net/tcp from 1 on.
var procStates = []string{
	"ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK",
	"LISTEN", "CLOSING",
}

// stateOf is the state's number in sut.FigTCPState.
func stateOf(word string) int64 {
	if i, err := strconv.ParseInt(word, 16, 8); err == nil {
		word = procStates[i-1]
	}
	word = strings.ReplaceAll(strings.ToUpper(word), "_", "-")
	switch word {
	case "SYN-RCVD", "SYN-RECV":
		word = "SYN-RECEIVED"
	case "ESTAB":
		word = "ESTABLISHED"
	case "FIN-WAIT1", "FIN-WAIT2":
		word = word[:8] + "-" + word[8:]
	}
	n, _ := stateNumber(word)
	return n
}

// probe compiles a question about connections: how many are in a state. `... | grep -c TIME_WAIT | grep 1` wants one,
// `... | grep LISTEN` some.
func (b *commandBuilder) probe(text string) {
	m := stateWords.FindStringSubmatch(text)
	if m == nil {
		b.fail(b.pos, "command", "`%s` asks for no state of TCP", brief(text))
	}
	word := m[0]
	if m[1] != "" {
		word = m[1]
	}
	ev := vm.Event{Kind: vm.Inspect, Figure: sut.FigTCPCount, Check: vm.AtLeast, Value: 1}
	ev.Call.FD = sut.FD(stateOf(word))
	last := text[strings.LastIndex(text, "|")+1:]
	if words := shellWords(last); strings.Contains(text, "-c") && len(words) == 2 && words[0] == "grep" {
		n, err := strconv.ParseUint(strings.Trim(words[1], "^$"), 10, 16)
		if err != nil {
			b.fail(b.pos, "command", "`%s` is not a number of connections", brief(words[1]))
		}
		ev.Check, ev.Value = vm.Equal, int64(n)
	}
	b.need(sut.FeatureCounter)
	b.events = append(b.events, ev)
}

// brief is a text on one line of a message.
func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return text
}
