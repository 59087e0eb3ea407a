// Package grid is the cases that are written in Go (package build): grids of state and event, of field and wrong value, and
// loops.
package grid

import (
	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// tables are all the cases, a function for each topic.
var tables = []func() []*build.Case{tcpGrid, ipv4Fields, ipv6Fields, tcpFields, otherFields, tcpLoops, fragmentLoops, tcpCells, tcpEdits, tcpOrders, tcpOverlaps, tcpSoup, tcpRecoveries, tcpCookies}

// Scripts are the cases as scripts, in the order in which they are written.
func Scripts() ([]*script.Script, error) {
	var all []*script.Script
	for _, t := range tables {
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
