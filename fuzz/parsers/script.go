package parsers

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"stackproof/conformance/cases"
	"stackproof/conformance/script"
)

// Script holds a text to what the parser of the case language promises of any: one *script.Error with a place in the text, or
// a tree that prints to text which is its own printout; and a tree compiles, or is refused by an *Error too.
func Script(data []byte) int {
	parsed, _ := checkScript(data)
	return interesting(parsed)
}

// checkScript tells how far a text came.
func checkScript(data []byte) (parsed, compiled bool) {
	const file = "x.pkt"
	text := string(data)
	s, err := script.Parse(file, data)
	if err != nil {
		checkError(text, err)
		return false, false
	}
	printed := s.String()
	again, err := script.Parse(file, []byte(printed))
	must(err == nil, "%q parses, but its printout does not: %v\n%s", text, err, printed)
	must(again.String() == printed, "%q prints as\n%s\nand that as\n%s", text, printed, again)
	for _, form := range []script.Form{script.IPv4, script.IPv6} {
		checkForeign(text, s, form)
		first, err := script.Compile(s, form)
		if err != nil {
			checkError(text, err)
			continue
		}
		compiled = true
		second, err := script.Compile(again, form)
		must(err == nil, "%q compiles, but its printout does not: %v\n%s", text, err, printed)
		a, b := fmt.Sprintf("%+v", first.Program), fmt.Sprintf("%+v", second.Program)
		must(a == b, "%q compiles to\n%s\nbut its printout to\n%s", text, a, b)
	}
	return true, compiled
}

// checkForeign compiles a tree as one that another stack's tests are written in.
func checkForeign(text string, s *script.Script, form script.Form) {
	for _, neutral := range []bool{false, true} {
		c, err := script.CompileForeign(s, form, neutral)
		if err != nil {
			checkError(text, err)
			continue
		}
		must(len(c.Lines) == len(c.Program.Events) && (c.Lack == nil || c.Lack.Event == len(c.Lines)),
			"%q: %d lines, %d events, a lack %v", text, len(c.Lines), len(c.Program.Events), c.Lack)
		c.RunCode(map[int]int64{}, len(c.Program.Events))
	}
}

func checkError(text string, err error) {
	var e *script.Error
	must(errors.As(err, &e), "%q: an error that is none of ours: %v", text, err)
	lines := strings.Split(text, "\n")
	must(e.Pos.Line >= 1 && e.Pos.Line <= len(lines) && e.Pos.Col >= 1 && e.Pos.Col <= len(lines[e.Pos.Line-1])+1,
		"%q: %v is not in the text", text, err)
	must(!strings.Contains(err.Error(), "\n"), "%q: the error has more than one line: %v", text, err)
}

// ScriptSeeds are the cases that stand as text.
func ScriptSeeds() (all [][]byte) {
	err := fs.WalkDir(cases.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(cases.Files(), name)
		all = append(all, text)
		return err
	})
	must(err == nil, "%v", err)
	return all
}

// ScriptTokens are words of the language.
func ScriptTokens() []string {
	return []string{
		"+0 ", "* > ", "0.5 < ", "...", "S. 0:0(0) ack 1", "win ", "<mss 1460", "sackOK", "TS val 1 ecr 2", "wscale 7", "nop", "eol", "sack 1:2", "FO ", "md5 valid",
		"udp (", "icmp echo_request id ", "icmp unreachable port_unreachable [", "arp request", "ns", "na", "eth (", "ip (", "[ttl ", "[options ", "(tos 0x",
		"ipv4 ", "ipv6 ", "gre: ", "mpls (label ", "{tcp.sum+=1}", "{ip.src=peer", "{nd.sll=none}", "$x", "with ", "pad 60 with 0x", "truncate ", "data ",
		"socket(..., SOCK_STREAM, 0) = 3", "bind(3, ..., ...) = 0", "listen(3, 1) = 0", "accept(3, ..., ...) = 4", "connect(3, ..., ...) = -1 EINPROGRESS",
		"read(", "write(", "close(3) = 0", "poll([{fd=3, events=POLLIN}], 1, -1) = ", "fcntl(3, F_SETFL, O_NONBLOCK) = 0", "setsockopt(3, SOL_SOCKET, ", "getsockopt(3, ",
		"idle", "wait", "link up", "link down", "knob tcp.msl-ms = ", "inspect tcp.state(", "inspect drops = ", "%{ assert ", "}%", "`sysctl -w ", "/*", "*/", "//",
		"#ifdef STANDARD\n", "#else\n", "#endif\n", "--ip_version=ipv4\n", "id: ", "title: ", "rfc: ",
	}
}
