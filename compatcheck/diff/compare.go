package diff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"stackproof/compatcheck/expect"
)

// difference is where the two stacks part.
type difference struct {
	step int    // the line that it is about
	seen int    // the line at which it shows
	what string // result, memory, time, readiness, peer, or state
	text string // the line, behind the kind of its socket: [stream] recv(3, ..., 10, 0)
	lwip string
	face string
	sign string // signature of the difference, before it was shrunk
}

// String is the difference in one line.
func (d *difference) String() string {
	return fmt.Sprintf("%s of %s: lwIP %s, the face %s", d.what, d.text, d.lwip, d.face)
}

// lateness is by how much lwIP may return later: what waits for room looks when TCP's timer comes by, twice a second at
// least, and a close that lingers does likewise.
const lateness = 2 * expect.Tick

// compare returns the differences, the first to show first.
func compare(p *program, lwip, face []expect.Outcome) (all []difference) {
	for i := range p.steps {
		l, f := &lwip[i], &face[i]
		add := func(seen int, what, want, got string) {
			d := difference{step: i, seen: seen, what: what, text: p.label(i), lwip: want, face: got}
			at := len(all)
			for at > 0 && (all[at-1].seen > seen || all[at-1].seen == seen && d.step == seen && all[at-1].step < seen) {
				at-- // at one line that of its own call comes first: it may be why others have returned
			}
			all = append(all[:at], append([]difference{d}, all[at:]...)...)
		}
		switch seen := i + min(shows(l), shows(f)); {
		case l.Result != f.Result:
			add(seen, "result", result(l), result(f))
		case memory(l, l) != memory(f, l) && !(l.Waits && l.Result == "-1 EBADF"): // a closed descriptor leaves what lwIP happened to have
			add(seen, "memory", memory(l, l), memory(f, l))
		case l.Done && !together(&p.steps[i], l, f):
			add(seen, "time", result(l), result(f))
		}
		if p.taken(i, lwip, face) {
			for j := range all {
				if all[j].step == i {
					all[j].what = "taken"
				}
			}
		}
		if l.Ready != f.Ready {
			add(i, "readiness", orNone(l.Ready), orNone(f.Ready))
		}
		if l.Peer != f.Peer {
			add(i, "peer", orNone(l.Peer), orNone(f.Peer))
		}
	}
	return all
}

// fds are the descriptors in the sets of a select or poll.
var fds = regexp.MustCompile(`\[[\d, ]+\]|fd=\d+`)

// taken tells whether a select or poll has returned in lwIP at the line at which another task's call, on one of its descriptors,
// has returned in both stacks: who of the two sees the event first is the scheduler's.
func (p *program) taken(i int, lwip, face []expect.Outcome) bool {
	if name := p.steps[i].call(); name != "select" && name != "poll" || !lwip[i].Waits || !lwip[i].Done {
		return false
	}
	of := strings.Join(fds.FindAllString(p.steps[i].text, -1), " ")
	for j := range p.steps {
		name, l, f := p.steps[j].call(), &lwip[j], &face[j]
		if !strings.HasPrefix(name, "re") && name != "accept" || !l.Waits || !f.Done || !l.Done || strings.HasPrefix(l.Result, "-") ||
			j+l.On != i+lwip[i].On || l.On != f.On {
			continue
		}
		fd := firstArgument.FindStringSubmatch(p.steps[j].text)
		if fd != nil && slices.Contains(strings.FieldsFunc(of, func(r rune) bool { return r < '0' || r > '9' }), fd[1]) {
			return true
		}
	}
	return false
}

// result is what a call has returned and, if it waited, after what time.
func result(o *expect.Outcome) string {
	if o.Waits && o.Done {
		return o.Result + " after " + o.Waited.String()
	}
	return o.Result
}

// address is how a name stands in what is left of memory.
var address = regexp.MustCompile(`^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\w+$`)

// about is what is told of a name besides.
var about = regexp.MustCompile(`^(no address|length \d+)$`)

// memory is what a call has left in memory. The name of a stream's peer is left out where lwIP has it wrong: when the connection
// is over it leaves what was there before.
func memory(o, lwip *expect.Outcome) string {
	keep := o.Memory
	if i := slices.IndexFunc(lwip.Memory, address.MatchString); i >= 0 && !slices.ContainsFunc(addresses, func(a string) bool {
		return strings.HasPrefix(lwip.Memory[i], a)
	}) {
		keep = slices.DeleteFunc(slices.Clone(keep), func(s string) bool { return address.MatchString(s) || about.MatchString(s) })
	}
	return strings.Join(keep, "; ")
}

// addresses begin those that there are.
var addresses = []string{"192.0.2.", "127.0.0.", "0.0.0.0", "198.51.100.7", "[2001:db8:", "[::]", "[::1]", "[::ffff:192.0.2.", "[::ffff:127.0.0."}

// never is later than any line.
const never = 1 << 20

// shows is how many lines on a call has returned.
func shows(o *expect.Outcome) int {
	if o.Result == "..." {
		return never
	}
	return o.On
}

func orNone(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// together tells whether a call has returned at the same time, as far as lwIP's timers are exact. A close that is late by a line
// is late even if no time passes in between: its descriptor may be given away there.
func together(s *step, l, f *expect.Outcome) bool {
	if s.call() == "close" && l.Waits && l.Waited == f.Waited && l.On != f.On {
		return false
	}
	if name := s.call(); strings.HasPrefix(name, "send") || strings.HasPrefix(name, "write") || name == "close" {
		late := l.Waited - f.Waited
		return late > -time.Millisecond && late <= lateness
	}
	return l.Waited == f.Waited
}

var (
	firstArgument = regexp.MustCompile(`^[a-z]+\((\d+)`)
	opened        = regexp.MustCompile(`^socket\((\w+), SOCK_(\w+), (\w+)\) = (\d+)$`)
	accepted      = regexp.MustCompile(`^accept\((\d+),.* = (\d+)$`)
)

// label is a line behind the kind of the socket that it is about.
func (p *program) label(i int) string {
	text := p.steps[i].text
	if m := firstArgument.FindStringSubmatch(text); m != nil {
		if kind := p.kindOf(m[1], i); kind != "" {
			return "[" + kind + "] " + text
		}
	}
	return text
}

// kindOf is the kind of a descriptor's socket before line i.
func (p *program) kindOf(fd string, i int) string {
	for i--; i >= 0; i-- {
		if m := opened.FindStringSubmatch(p.steps[i].text); m != nil && m[4] == fd {
			return strings.ToLower(m[2]) + map[bool]string{true: "6"}[m[1] == "AF_INET6"]
		}
		if m := accepted.FindStringSubmatch(p.steps[i].text); m != nil && m[2] == fd {
			return p.kindOf(m[1], i)
		}
	}
	return ""
}
