package image

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// candidate is a line of TinyGo's -print-allocs: a place that, before the last optimisations, allocates.
var candidate = regexp.MustCompile(`^(.+):(\d+)\.\d+,\d+\.\d+ \d+ \d+$`)

// remarks say what an allocation inside the runtime means to the caller, who is not named.
var remarks = map[string]string{
	"runtime/slice.go":  "an append that may grow, or a make",
	"runtime/string.go": "a conversion or concatenation of strings",
}

// explain rewrites what TinyGo said about a failed build. Its list of allocations is kept only where the heap is what
// the linker missed: the line that the linker names is often another one, into which the culprit was inlined.
func explain(said string, roots ...string) string {
	var messages, places []string
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\r\n")
		if m := candidate.FindStringSubmatch(line); m != nil {
			places = append(places, place(m[1], m[2], roots))
		} else if line != "" && line != "mode: set" && !strings.HasSuffix(line, ":0:0: ") {
			messages = append(messages, line)
		}
	}
	if !slices.ContainsFunc(messages, func(m string) bool { return strings.HasSuffix(m, "symbol runtime.alloc") }) {
		return strings.Join(messages, "\n")
	}
	slices.Sort(places)
	places = slices.DeleteFunc(slices.Compact(places), func(p string) bool {
		return strings.HasPrefix(p, "  runtime/baremetal.go:") // malloc, which is always there and never linked
	})
	messages = append(messages, "something allocates, and images have no heap (see cmd/firmware/README.md). Candidates:")
	return strings.Join(append(messages, places...), "\n")
}

// place is an indented "file:line", the file relative to that of roots which holds it.
func place(file, line string, roots []string) string {
	for _, root := range roots {
		if short, ok := strings.CutPrefix(file, root+string(filepath.Separator)); ok {
			file = filepath.ToSlash(short)
			break
		}
	}
	text := "  " + file + ":" + line
	if remark := remarks[file]; remark != "" {
		text += " (" + remark + ")"
	}
	return text
}
