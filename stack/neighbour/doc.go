// Package neighbour keeps the link-layer addresses of neighbours, for ARP and NDP alike: a fixed table of rows, and a
// few slots in which packets wait while an address is being resolved. It sends nothing: it says when somebody is to be
// asked, and is told what was heard.
package neighbour
