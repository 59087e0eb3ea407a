package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stackproof/compatcheck/expect"
	"stackproof/compatcheck/face"
	"stackproof/conformance/sut"
)

// Report is what came of a run.
type Report struct {
	Programs, Lines, Differences int
	Calls, Waits, Errors, States map[string]int
	Packets, Sockets             map[string]int
	Known                        map[string]int // how often each known difference showed
	seldom                       map[string]bool
}

// stateNames are those of RFC 9293 3.3.2, by the numbers of the protocol.
var stateNames = []string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
	"TIME-WAIT",
}

func (r *Report) begin(list []*known) {
	r.Calls, r.Waits, r.Errors, r.States = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	r.Packets, r.Sockets, r.Known = map[string]int{}, map[string]int{}, map[string]int{}
	r.seldom = map[string]bool{}
	for _, k := range list {
		r.Known[k.name], r.seldom[k.name] = 0, k.seldom
	}
}

// count is what one program has exercised.
type count struct {
	lines                                         int
	calls, waits, errors, reached, packets, kinds []string
	now                                           [16]bool // states that a connection is in
}

// states looks which states the face's connections are in after a line.
func (c *count) states(s *face.Stack) {
	for n, name := range stateNames {
		var connections int64
		if n == 0 || s.Inspect(sut.FigTCPCount, sut.FD(n), &connections) != sut.OK {
			continue
		}
		if connections > 0 && !c.now[n] {
			c.reached = append(c.reached, name)
		}
		c.now[n] = connections > 0
	}
}

// program counts what stands in a program and what came of it.
func (c *count) program(p *program, did []expect.Outcome) {
	c.lines = len(p.steps)
	for i := range p.steps {
		s := &p.steps[i]
		switch name := s.call(); {
		case name != "":
			c.calls = append(c.calls, name)
			if _, e, failed := strings.Cut(did[i].Result, " "); failed {
				c.errors = append(c.errors, e)
			}
			if did[i].Waits {
				c.waits = append(c.waits, name)
			}
			if m := opened.FindStringSubmatch(s.text); m != nil {
				c.kinds = append(c.kinds, strings.TrimPrefix(m[2], "SOCK_")+strings.TrimPrefix(m[1], "AF_"))
			}
		default:
			c.packets = append(c.packets, packetKind(s.text))
		}
	}
}

// packetKind is what the peer does, in a word or two.
func packetKind(text string) string {
	f := strings.Fields(strings.Trim(text, "`"))
	switch {
	case f[0] != "<":
		return strings.Join(f, " ")
	case f[1] == "udp", f[1] == "icmp":
		return f[1]
	}
	return "tcp " + f[4]
}

func (r *Report) add(c *count, used []*known) {
	r.Programs++
	r.Lines += c.lines
	for to, names := range map[*map[string]int][]string{
		&r.Calls: c.calls, &r.Waits: c.waits, &r.Errors: c.errors, &r.States: c.reached, &r.Packets: c.packets, &r.Sockets: c.kinds,
	} {
		for _, name := range names {
			(*to)[name]++
		}
	}
	for _, k := range used {
		r.Known[k.name]++
	}
}

// Goals are what a run of fullGoals programs and more has to exercise.
var goals = struct{ calls, waits, errors, states, packets, sockets string }{
	calls: "accept bind close connect fcntl getpeername getsockname getsockopt ioctl listen poll read readv recv recvfrom " +
		"recvmsg select send sendmsg sendto setsockopt shutdown socket write writev",
	waits:   "accept close connect poll read readv recv recvfrom recvmsg select send sendmsg write writev",
	errors:  "EADDRINUSE EAGAIN EALREADY EBADF ECONNRESET EHOSTUNREACH EINPROGRESS EINVAL EIO EISCONN EMSGSIZE ENFILE ENOPROTOOPT ENOSYS ENOTCONN EOPNOTSUPP",
	states:  "LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK TIME-WAIT",
	packets: "icmp|link down|link up|peer deaf|peer hears|tcp .|tcp F.|tcp P.|tcp R|tcp R.|tcp S|tcp S.|udp|wait",
	sockets: "DGRAMINET DGRAMINET6 RAWINET RAWINET6 STREAMINET STREAMINET6",
}

// Least is how many programs it takes to ask for all goals.
const Least = 1000

// Unmet are the goals that were not reached.
func (r *Report) Unmet() (all []string) {
	for _, g := range []struct {
		what string
		want []string
		got  map[string]int
	}{
		{"call", strings.Fields(goals.calls), r.Calls}, {"waiting call", strings.Fields(goals.waits), r.Waits},
		{"error", strings.Fields(goals.errors), r.Errors}, {"state", strings.Fields(goals.states), r.States},
		{"packet", strings.Split(goals.packets, "|"), r.Packets}, {"socket", strings.Fields(goals.sockets), r.Sockets},
	} {
		for _, name := range g.want {
			if g.got[name] == 0 {
				all = append(all, g.what+" "+name)
			}
		}
	}
	return all
}

// Idle are the known differences that did not show though they are not seldom.
func (r *Report) Idle() (all []string) {
	for name, n := range r.Known {
		if n == 0 && !r.seldom[name] {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// Text is what was exercised, a line each with counts.
func (r *Report) Text() string {
	var b strings.Builder
	for _, l := range []struct {
		what string
		got  map[string]int
	}{
		{"sockets", r.Sockets}, {"calls", r.Calls}, {"calls that waited", r.Waits}, {"errors", r.Errors}, {"states", r.States},
		{"peer", r.Packets}, {"known differences", r.Known},
	} {
		fmt.Fprintf(&b, "%s:", l.what)
		for _, name := range slices.Sorted(maps.Keys(l.got)) {
			fmt.Fprintf(&b, " %s=%d", strings.ReplaceAll(name, " ", "-"), l.got[name])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Total is the sum of counts.
func Total(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}
