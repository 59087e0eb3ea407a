// Package robust is the cases of the robustness table: what is known to have broken other stacks, packet by packet. The table
// is table.txt; the cases are written in Go.
package robust

import (
	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// topics are all the cases, a function for each topic.
var topics = []func() []*build.Case{link, arp, ipv4, fragments, icmps, ipv6, groups, udps, discovery, tcps}

// Scripts are the cases as scripts, in the order in which they are written.
func Scripts() ([]*script.Script, error) {
	var all []*script.Script
	for _, t := range topics {
		for _, c := range t() {
			s, err := c.Script()
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}
