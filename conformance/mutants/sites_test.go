package mutants

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unplanted are the places without a fault, each with why: cmd/firmware/SILICON.md has those of them that a board could show.
// A place is a function, or a file in assembler, and what stands
// there; one that is not there any more fails the test.
var unplanted = map[string]string{
	"emac: Driver.start: b.Write(Status, StatusClear)": "a soft reset, which is always before it, has cleared them",

	"startup: divide: update()": "each divider takes effect by itself, in the order that ESP-IDF has; that one does at all is startup/clock/no-update",

	"startup: start.S: csrw pmpaddr3, t0":      "the fourth entry of memory protection is off on the ESP32-P4; on QEMU's board, where it hides what is behind the window, TestProbe reaches there",
	"startup: start.S: li t0, -1":              "the same",
	"startup: start.S: csrrwi t0, mscratch, 1": "nothing makes the handler itself trap, so that it says so cannot be seen; that it looks can (startup/trap/again)",

	"startup: Write: at(usbStatus).Set(usbFlush)":  "no host is at the emulator's USB",
	"startup: putUSB: at(usbData).Set(uint32(c))":  "the same",
	"startup: putUSB: at(usbStatus).Set(usbFlush)": "the same",

	"startup: Meter.Start: at(lowPinsLow).Set(both)":           "the pins are for the bench, which measures nothing without them",
	"startup: Meter.Start: at(lowPinsEnable).Set(both)":        "the same",
	"startup: Meter.Start: pin(p, matrix, 0)":                  "the same",
	"startup: Meter.Start: at(gpioOutput + 4*p).Set(plainPin)": "the same",
	"startup: setPin: register.Set(1 << n)":                    "the same",
}

// site is a place that has to have a fault.
type site struct {
	where, what string
	file        string
	lo, hi      int
}

// sites are the places of the target's code: every cache operation, barrier, look at who owns a descriptor or gift of one, and
// every write of a register; in assembler every instruction.
func sites(s *Source) (all []site) {
	for _, fn := range s.functions() {
		ast.Inspect(fn.decl.Body, func(n ast.Node) bool {
			lo, hi := 0, 0
			switch n := n.(type) {
			case *ast.CallExpr:
				if called := fn.text(n.Fun); !isSite(called) {
					return true
				}
			case *ast.Ident:
				if n.Name != "DescOwn" {
					return true
				}
			default:
				return true
			}
			lo, hi = fn.span(n)
			all = append(all, site{where: fn.name, what: strings.Join(strings.Fields(string(fn.file.text[lo:hi])), " "), file: fn.file.path, lo: lo, hi: hi})
			return true
		})
	}
	instruction := regexp.MustCompile(`(?m)^[ \t]*(?:[\w.]+:)?[ \t]*([a-z][^\n:]*?)[ \t]*$`)
	for _, a := range s.assembler {
		for _, m := range instruction.FindAllSubmatchIndex(a.code, -1) {
			what := strings.Join(strings.Fields(string(a.code[m[2]:m[3]])), " ")
			all = append(all, site{where: a.path[strings.LastIndex(a.path, "/")+1:], what: what, file: a.path, lo: m[2], hi: m[3]})
		}
	}
	return all
}

// hasFault reports whether a fault changes what stands at the place, or drops it.
func (at site) hasFault(f *Fault) bool {
	return f.File == at.file && f.lo < at.hi && at.lo < f.hi && !strings.Contains(strings.Join(strings.Fields(f.New), " "), at.what)
}

// isSite reports whether a call of this function is a place: on a bus, on a register, or of what the board's files have for it.
func isSite(called string) bool {
	dot := strings.LastIndex(called, ".")
	switch called[dot+1:] {
	case "WriteBack", "Invalidate", "Barrier", "SetSpeed", "Set", "SetBits", "ClearBits", "ReplaceBits", "Asm":
		return dot >= 0
	case "Write":
		return called == "b.Write" || called == "d.bus.Write"
	case "cache", "update", "divide", "analogue", "analogueBits", "stopTimerWatchdog", "stopWatchdogs", "pin", "crystal", "pll":
		return dot < 0
	}
	return false
}

// TestSites: every place has a fault that takes it away or changes it.
func TestSites(t *testing.T) {
	found := map[string]bool{}
	for _, target := range []*Target{&EMAC, &boardTarget} {
		s := sourceToPlant(t, target)
		faults, err := s.Chosen(target)
		require.NoError(t, err)
		all := sites(s)
		require.Greater(t, len(all), 40)
		for _, at := range all {
			place := target.Name + ": " + at.where + ": " + at.what
			if unplanted[place] != "" {
				found[place] = true
				continue
			}
			if !slices.ContainsFunc(faults, at.hasFault) {
				t.Errorf("%s: no fault is planted there", place)
			}
		}
	}
	for place := range unplanted {
		if !found[place] {
			t.Errorf("%s: nothing of that stands there", place)
		}
	}
}

// sourceToPlant is the code of a target, whatever compiles it.
func sourceToPlant(t *testing.T, target *Target) *Source {
	t.Helper()
	if target == &EMAC {
		return load(t, target)
	}
	root, err := Root(t.Context())
	require.NoError(t, err)
	s, err := parse(root, target)
	require.NoError(t, err)
	return s
}
