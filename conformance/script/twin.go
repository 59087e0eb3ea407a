package script

import (
	"regexp"
	"strings"

	"stackproof/conformance/vm"
)

// The twin's notation: what is falsified, and behind @ the phrase of the expectation that must go red.
//
//	out tcp.ack+1 @ "phrase"    a field of what the stack sends: N is added (an address: exclusive-ored)
//	out drop @ "phrase"         what the stack sends is lost
//	out extra @ "phrase"        something is sent once more
//	in tcp.sum=0x1234 @ "..."   a field of what is let in gets a value
//	in good @ "phrase"          what is let in is made valid
//	in again @ "phrase"         what is let in comes twice
//	result+1 @ "phrase"         the return value of a call
//	data @ "phrase"             a byte of a call's data, or of a payload
var (
	twinLine  = regexp.MustCompile(`^(.*?) @ "(.+)"$`)
	twinOut   = regexp.MustCompile(`^out ([a-z0-9.]+)\+(\w+)$`)
	twinIn    = regexp.MustCompile(`^in ([a-z0-9.]+)=(\w+)$`)
	twinCall  = regexp.MustCompile(`^result\+(\w+)$`)
	twinPlain = map[string]vm.FaultKind{
		"out drop":  vm.FaultDrop,
		"out extra": vm.FaultExtra,
		"in good":   vm.FaultInGood,
		"in again":  vm.FaultInAgain,
		"data":      vm.FaultData,
	}
)

func (r *metaReader) twin(p Pos, value string) error {
	f := twinLine.FindStringSubmatch(value)
	if f == nil {
		return r.fail(p, "twin", "want FAULT @ \"PHRASE\", got `"+value+"`")
	}
	t := Twin{Pos: p, Text: value, Phrase: f[2]}
	fault := f[1]
	var field, n string
	if k, ok := twinPlain[fault]; ok {
		t.Kind = k
	} else if g := twinOut.FindStringSubmatch(fault); g != nil {
		t.Kind, field, n = vm.FaultOut, g[1], g[2]
	} else if g := twinIn.FindStringSubmatch(fault); g != nil {
		t.Kind, field, n = vm.FaultIn, g[1], g[2]
	} else if g := twinCall.FindStringSubmatch(fault); g != nil {
		t.Kind, n = vm.FaultResult, g[1]
	} else {
		return r.fail(p, "twin", "`"+fault+"` is none of out FIELD+N, out drop, out extra, in FIELD=N, in good, in again, result+N, data")
	}
	if field != "" {
		i, ok := fieldByName(field)
		if !ok {
			return r.fail(p, "twin", "there is no field `"+field+"`")
		}
		t.Field = i.field
	}
	if n != "" {
		v, err := parseUint(n)
		if err != nil || v > 1<<32-1 {
			return r.fail(p, "twin", "`"+n+"` is not a number of 32 bits")
		}
		if t.N = uint32(v); v == 0 && !strings.HasPrefix(fault, "in ") {
			return r.fail(p, "twin", "adding 0 changes nothing")
		}
	}
	r.m.Twin = t
	return nil
}
