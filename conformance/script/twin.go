package script

import (
	"regexp"
	"strings"

	"stackproof/conformance/vm"
)

// twinForms is the notation of the fault that the negative twin plants. Behind it stands `@ "PHRASE"`: the expectation
// that must go red. A fault of kind `out` is in the frame that answers that expectation (for `out extra`: comes at
// its beginning), one of kind `in` in the last frame injected before it.
var twinForms = []struct {
	pattern *regexp.Regexp // its groups: field or option, number
	kind    vm.FaultKind
	what    string
}{
	{regexp.MustCompile(`^out ([a-z0-9.]+)[+^](\w+)$`), vm.FaultOut, "out FIELD+N"},
	{regexp.MustCompile(`^out option (\w+)(?:\+(\w+))?$`), vm.FaultOption, "out option NAME+N"},
	{regexp.MustCompile(`^out drop$`), vm.FaultDrop, "out drop"},
	{regexp.MustCompile(`^out extra$`), vm.FaultExtra, "out extra"},
	{regexp.MustCompile(`^in ([a-z0-9.]+)[=^](\w+)$`), vm.FaultIn, "in FIELD=N"},
	{regexp.MustCompile(`^in good$`), vm.FaultInGood, "in good"},
	{regexp.MustCompile(`^in addresses$`), vm.FaultInAddresses, "in addresses"},
	{regexp.MustCompile(`^in again$`), vm.FaultInAgain, "in again"},
	{regexp.MustCompile(`^result\+(\w+)$`), vm.FaultResult, "result+N"},
	{regexp.MustCompile(`^data$`), vm.FaultData, "data"},
	{regexp.MustCompile(`^late (\w+)$`), vm.FaultTime, "late MICROSECONDS"},
}

var twinLine = regexp.MustCompile(`^(.*?) @ "(.+)"$`)

func (r *metaReader) twin(p Pos, value string) error {
	f := twinLine.FindStringSubmatch(value)
	if f == nil {
		return r.fail(p, "twin", "want FAULT @ \"PHRASE\", got `"+value+"`")
	}
	var all []string
	for _, form := range twinForms {
		if g := form.pattern.FindStringSubmatch(f[1]); g != nil {
			r.m.Twin = Twin{Pos: p, Text: f[1], Kind: form.kind, Phrase: f[2]}
			return r.twinArgs(p, g[1:])
		}
		all = append(all, form.what)
	}
	return r.fail(p, "twin", "`"+f[1]+"` is none of "+strings.Join(all, ", "))
}

// twinArgs reads the field or option, and the number.
func (r *metaReader) twinArgs(p Pos, args []string) error {
	t := &r.m.Twin
	if len(args) == 0 {
		return nil
	}
	number := args[len(args)-1]
	if number == "" {
		number = "0" // an option that is taken away
	}
	n, err := parseUint(number)
	if err != nil || n > 1<<32-1 {
		return r.fail(p, "twin", "`"+number+"` is not a number of 32 bits")
	}
	t.N = uint32(n)
	switch t.Kind {
	case vm.FaultOption:
		kind, ok := tcpOptionKinds[args[0]]
		if !ok || t.N >= 1<<24 {
			return r.fail(p, "twin", "`"+args[0]+"` is no TCP option, or the number is above 24 bits")
		}
		t.N = t.N<<8 | uint32(kind)
		return nil
	case vm.FaultOut, vm.FaultIn:
		field, ok := fieldByName(args[0])
		if !ok {
			return r.fail(p, "twin", "there is no field `"+args[0]+"`")
		}
		if field.IsAddr() != strings.Contains(t.Text, "^") {
			return r.fail(p, "twin", "an address is changed by `^`, a number is not")
		}
		t.Field = field
	}
	if t.N == 0 && t.Kind != vm.FaultIn {
		return r.fail(p, "twin", "0 changes nothing")
	}
	return nil
}
