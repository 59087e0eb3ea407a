package edits

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/golden/siege"
)

// Edit is a field of a base, and what it is set to.
type Edit struct {
	Field int // its place in the base
	Value Value
}

// Order is a frame to throw: a base of a state, with edits.
type Order struct {
	State, Base int
	Edits       []Edit
	Repair      bool // the checksums are made right
}

// Table is the states, and the bases of each.
type Table struct {
	States []string
	Bases  [][]*Base // by state
}

// NewTable makes the table.
func NewTable() *Table { return tableOf(siege.Every()) }

func tableOf(s *siege.Siege) *Table {
	t := &Table{}
	for i := range s.States() {
		name := strings.Map(func(c rune) rune {
			if c == ' ' {
				return '-'
			}
			return c
		}, strings.ToLower(s.Name(i)))
		t.States = append(t.States, name)
		t.Bases = append(t.Bases, bases(s.Place(i)))
	}
	return t
}

// Name is the order as a word, from which Parse makes it again: STATE/BASE/FIELD=VALUE,...; the values are hexadecimal, and
// those whose checksums are right end with +sums.
func (t *Table) Name(o *Order) string {
	b := t.Bases[o.State][o.Base]
	var edits []string
	for _, e := range o.Edits {
		edits = append(edits, b.Fields[e.Field].Name+"="+e.Value.String())
	}
	name := t.States[o.State] + "/" + b.Name + "/" + strings.Join(edits, ",")
	if o.Repair {
		name += "+sums"
	}
	return name
}

// Parse makes an order of what Name says.
func (t *Table) Parse(name string) (o Order, err error) {
	fail := func(what, of string) (Order, error) {
		return Order{}, fmt.Errorf("edits: %q: there is no %s %q", name, what, of)
	}
	rest, sums := strings.CutSuffix(name, "+sums")
	o.Repair = sums
	words := strings.SplitN(rest, "/", 3)
	if len(words) < 3 {
		return Order{}, fmt.Errorf("edits: %q is not STATE/BASE/FIELD=VALUE", name)
	}
	if o.State = slices.Index(t.States, words[0]); o.State < 0 {
		return fail("state", words[0])
	}
	all := t.Bases[o.State]
	if o.Base = slices.IndexFunc(all, func(b *Base) bool { return b.Name == words[1] }); o.Base < 0 {
		return fail("base", words[1])
	}
	b := all[o.Base]
	if words[2] == "" {
		return o, nil
	}
	for e := range strings.SplitSeq(words[2], ",") {
		field, value, _ := strings.Cut(e, "=")
		i := slices.IndexFunc(b.Fields, func(f Field) bool { return f.Name == field })
		if i < 0 {
			return fail("field", field)
		}
		v, ok := parseValue(value)
		if !ok || v != v.and(b.Fields[i].max()) {
			return Order{}, fmt.Errorf("edits: %q: the value %q is no hexadecimal number of %d bits", name, value, b.Fields[i].Bits)
		}
		o.Edits = append(o.Edits, Edit{i, v})
	}
	return o, nil
}

// Write appends the frame of an order to buf, which is empty and has the room.
func (t *Table) Write(buf []byte, o *Order) []byte {
	b := t.Bases[o.State][o.Base]
	buf = append(buf, b.frame...)
	for _, e := range o.Edits {
		b.Fields[e.Field].Set(buf, e.Value)
	}
	if o.Repair {
		b.repair(buf)
	}
	return buf
}

// repair makes checksums right: first where they are in the base, then where a reader of the lengths and types that there are
// now looks for them. A field that is a checksum gets its value again so far.
func (b *Base) repair(buf []byte) {
	v := b.view
	v.B = buf
	v.RepairSums()
	for range 2 { // a wrong checksum of IPv4's header hides what it carries
		frame.Parse(buf, &v)
		v.RepairSums()
	}
}
