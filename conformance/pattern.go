package conformance

import (
	"fmt"
	"path"
	"strings"
)

// Pattern selects cases by id: "" is all, "tcp/close" that case or all below that folder, and with *, ? or [] it is a
// glob in the manner of path.Match over as many leading segments as it has: "tcp/*" selects what "tcp" does,
// "*/reset" everything in a folder reset of the second level.
type Pattern struct{ segments []string }

// ParsePattern checks a pattern.
func ParsePattern(s string) (Pattern, error) {
	if s == "" {
		return Pattern{}, nil
	}
	p := Pattern{strings.Split(strings.Trim(s, "/"), "/")}
	for _, seg := range p.segments {
		if seg == "" {
			return p, fmt.Errorf("conformance: bad pattern %q: an empty segment", s)
		}
		if _, err := path.Match(seg, ""); err != nil {
			return p, fmt.Errorf("conformance: bad pattern %q: %q is no glob", s, seg)
		}
	}
	return p, nil
}

// Match tells whether the pattern selects the case.
func (p Pattern) Match(id string) bool {
	have := strings.Split(id, "/")
	if len(p.segments) > len(have) {
		return false
	}
	for i, seg := range p.segments {
		if ok, _ := path.Match(seg, have[i]); !ok {
			return false
		}
	}
	return true
}
