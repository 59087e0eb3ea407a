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

// line compiles one command, or one pipeline.
func (b *commandBuilder) line(text string) {
	words := shellWords(text)
	for len(words) > 0 && prefixCommands[path.Base(words[0])] {
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
			b.sysctl(sysctlOf(w))
		}
	case name == "echo":
		b.echo(text)
	case name == "nstat", name == "cat" && strings.Contains(text, "/proc/net/"):
		b.counter(text)
	case name == "sockstat", name == "netstat", name == "ss", name == "grep" && strings.Contains(text, "/proc/net/tcp"):
		b.probe(text)
	case name == "ip" && !slices.ContainsFunc(words, func(w string) bool { return quietIP[w] }):
		b.lack(b.pos, "command", "another route or address: `%s`", brief(text))
	case name == "tc" && (slices.Contains(words, "netem") || strings.Contains(text, "limit 0")):
		b.lack(b.pos, "command", "a link that loses what is sent: `%s`", brief(text))
	case name == "defaults.sh":
		for _, s := range linuxDefaults {
			b.sysctl(s)
		}
	case initScripts[name], strings.HasPrefix(name, "sysctl_restore_"), noCommands[name]:
	case shellName.MatchString(name):
		b.lack(b.pos, "command", "the command `%s`", brief(text))
	default:
		b.fail(b.pos, "command", "`%s` is not understood", brief(text))
	}
}

// shellName is how commands are called.
var shellName = regexp.MustCompile(`^[A-Za-z][\w.+-]*$`)

// sysctlOf is the setting that a path below /proc/sys names.
func sysctlOf(file string) string {
	name, value, sets := strings.Cut(strings.TrimPrefix(file, "/proc/sys/"), "=")
	if name = strings.ReplaceAll(name, "/", "."); sets {
		name += "=" + value
	}
	return name
}

// redirected is what a command writes to, and where.
var redirected = regexp.MustCompile(`^(?:\S*/)?echo\s+(.*?)\s*>>?\s*(/proc/sys/\S+)$`)

// echo sets what lies below /proc/sys; elsewhere it says nothing.
func (b *commandBuilder) echo(text string) {
	if m := redirected.FindStringSubmatch(text); m != nil {
		b.sysctl(sysctlOf(m[2]) + "=" + strings.Join(shellWords(m[1]), " "))
	}
}

// sysctl compiles `NAME=VALUE`; a name alone only asks.
func (b *commandBuilder) sysctl(text string) {
	name, value, sets := strings.Cut(text, "=")
	s, known := sysctls[name]
	b.habits(name)
	switch {
	case tuning(name) || !sets && known:
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
	if three := strings.Fields(value); name == "net.ipv4.tcp_rmem" && len(three) >= 3 {
		b.knob(name, sysctl{knob: sut.KnobMostRecv, soft: true}, b.number(name, three[2]))
	}
	b.knob(name, s, b.number(name, value))
}

func flagOf(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// habits sets what the system does by itself that a setting is of.
func (b *commandBuilder) habits(name string) {
	for prefix, events := range habits {
		if !strings.HasPrefix(name, prefix) || b.system == prefix {
			continue
		}
		b.system = prefix
		for _, ev := range events {
			b.knobs[ev.Knob] = ev.Value
			b.events = append(b.events, ev)
		}
	}
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
	n = s.value(n)
	if s.knob == sut.KnobECN && n > 2 { // 3 and more on both systems
		b.lack(b.pos, "command", "accurate ECN (RFC 9768)")
	}
	was, set := b.knobs[s.knob]
	if !set {
		was = s.value(s.usual)
	}
	if n == was {
		return
	}
	for _, k := range []sut.Knob{s.knob, s.also} {
		if k != sut.KnobNone {
			b.knobs[k] = n
			b.events = append(b.events, vm.Event{Kind: vm.Knob, Knob: k, Value: n, Soft: s.soft})
		}
	}
}

// value is a setting's value as its knob has it.
func (s *sysctl) value(n int64) int64 {
	if s.not {
		n = flagOf(n == 0)
	}
	return n * max(s.scale, 1) / max(s.per, 1)
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
	switch {
	case m == nil && !strings.Contains(text, "|"):
		return // it only prints
	case m == nil:
		b.lack(b.pos, "command", "what `%s` asks for", brief(text))
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

// counterName is one of Linux's counters of what its stack did.
var counterName = regexp.MustCompile(`\b(?:Tcp|TcpExt|Ip|IpExt|Ip6|Icmp|Icmp6|Udp|Udp6|MPTcpExt)[A-Z][A-Za-z0-9]+\b`)

// counter compiles a question about a counter. `nstat -n` and what only prints ask for nothing.
func (b *commandBuilder) counter(text string) {
	if !strings.Contains(text, "grep") && !strings.Contains(text, "awk") {
		return
	}
	if name := counterName.FindString(text); name != "" {
		b.lack(b.pos, "command", "the counter %s", name)
	}
	b.lack(b.pos, "command", "what `%s` asks for", brief(text))
}
