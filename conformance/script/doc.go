// Package script is the case language: packetdrill's (the google dialect), extended where packetdrill stops. It parses
// a script into a tree that remembers where everything stood, prints the tree again, and compiles it to the program
// that conformance/vm runs: one program for IPv4 and one for IPv6 from the same text.
//
// LANGUAGE.md in the folder above describes the language with an example of each construct.
//
// A mistake of the script's author is one line: `script: FILE:LINE:COL: what: cause`.
package script
