package script

import (
	"fmt"
	"strings"
)

// Pos is a place in a script; line and column count from 1, the column in bytes.
type Pos struct{ Line, Col int }

// Error is what is wrong with a script, and where. Every error of this package that a script's author can cause is an
// *Error.
type Error struct {
	File  string
	Pos   Pos
	What  string // the construct: "time", "tcp packet", "setsockopt"
	Cause string

	Unsupported string // the construct, where it is one of the closed list (encap.go)
	lacks       string // the construct, where no stack under test can be asked for it (lack.go)
}

// Error is the one line for the author.
func (e *Error) Error() string {
	cause := strings.ReplaceAll(e.Cause, "\n", " ") // what it quotes from the script may have more lines
	return fmt.Sprintf("script: %s:%d:%d: %s: %s", e.File, e.Pos.Line, e.Pos.Col, e.What, cause)
}
