package console

import (
	"errors"
	"fmt"

	"stackproof/conformance"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Faces is a conformance.Executor over two images with the same list of cases, whose sockets are as POSIX has them and as
// lwIP has them. A program that is about one of the two runs there, any other on the first. Without LwIP all run there.
type Faces struct {
	POSIX, LwIP *Board
	// Change puts another image on the board where both are one board, which starts it. nil: there are two boards.
	Change func(lwIP bool) error

	used  *Board // by the last run
	given error  // why the image cannot be changed
}

// of is the board for a program, chosen as conformance.Local does.
func (f *Faces) of(p *conformance.Program) *Board {
	for _, personality := range p.Case.Personalities {
		switch personality {
		case sut.POSIX:
			return f.POSIX
		case sut.LwIP:
			if f.LwIP != nil {
				return f.LwIP
			}
		}
	}
	return f.POSIX
}

// Start boots the board for a program. One that runs the other of the two images gets its own; one that runs neither is
// left alone, and is an error.
func (f *Faces) Start(p *conformance.Program) error {
	f.used = f.of(p)
	err := f.used.Start()
	another := anotherError{}
	if f.Change == nil || !errors.As(err, &another) || another.build != f.other().Build {
		return err
	}
	return f.change()
}

// other is the board that is not in use.
func (f *Faces) other() *Board {
	if f.used == f.LwIP {
		return f.POSIX
	}
	return f.LwIP
}

// change puts the image of the board in use on it. A board that could not have one image is asked for no other, but what
// it has may still run.
func (f *Faces) change() error {
	f.other().stop()
	f.used.given, f.used.failed = nil, 0
	if f.given == nil {
		if err := f.Change(f.used == f.LwIP); err != nil {
			f.given = fmt.Errorf("console: the board cannot have the other image: %w", err)
		}
	}
	err := f.used.Start()
	if err != nil && f.given != nil {
		f.used.given = f.given
		return f.given
	}
	return err
}

// Execute implements conformance.Executor.
func (f *Faces) Execute(j *conformance.Job, tracer vm.Tracer) vm.Verdict {
	if b := f.of(j.Program); b != f.used {
		f.used = b
		if f.Change != nil {
			_ = f.change() // the board says it
		}
	}
	return f.used.Execute(j, tracer)
}

// Why implements conformance.Executor.
func (f *Faces) Why() string { return f.used.Why() }

// Close implements conformance.Executor.
func (f *Faces) Close() error {
	if f.LwIP != nil {
		f.LwIP.stop()
	}
	f.POSIX.stop()
	return nil
}
