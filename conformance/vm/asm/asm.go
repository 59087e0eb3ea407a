// Package asm turns programs into bytes and back on the host, where memory may be allocated and errors may be told.
package asm

import (
	"fmt"
	"reflect"

	"stackproof/conformance/vm"
)

// Encode is the bytes of a program. It refuses one that does not survive: what an event sets that its kind has no use
// for would be lost.
func Encode(p *vm.Program) ([]byte, error) {
	c := clone(p) // the encoder looks at what it is given as a decoder does, and may write there
	n, bad := vm.Encode(nil, c)
	if !bad.OK() {
		return nil, fmt.Errorf("asm: event %d of %d: %v", bad.Event, len(p.Events), bad)
	}
	b := make([]byte, n)
	vm.Encode(b, c)
	back, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("asm: what was encoded cannot be decoded: %w", err)
	}
	for i := range p.Events {
		if path := lost(reflect.ValueOf(tidy(p.Events[i])), reflect.ValueOf(tidy(back.Events[i]))); path != "" {
			return nil, fmt.Errorf("asm: event %d of %d: its kind has no use for %s", i, len(p.Events), path[1:])
		}
	}
	head := *p
	head.Events, back.Events = nil, nil
	if path := lost(reflect.ValueOf(head), reflect.ValueOf(*back)); path != "" {
		return nil, fmt.Errorf("asm: the program has no use for %s", path[1:])
	}
	return b, nil
}

// Decode is the program of the bytes b. It copies what it takes.
func Decode(b []byte) (*vm.Program, error) {
	var r vm.Reader
	p := &vm.Program{}
	r.Open(append([]byte(nil), b...), p)
	for {
		var e vm.Event
		if _, ok := r.Next(&e); !ok {
			break
		}
		p.Events = append(p.Events, own(e))
	}
	if bad := r.Bad(); !bad.OK() {
		return nil, fmt.Errorf("asm: byte %d of %d, event %d: %v", bad.At, len(b), bad.Event, bad)
	}
	return p, nil
}

// clone is a copy that shares nothing with p but bytes, which nobody writes.
func clone(p *vm.Program) *vm.Program {
	c := *p
	c.Events = make([]vm.Event, len(p.Events))
	for i := range p.Events {
		c.Events[i] = own(p.Events[i])
	}
	return &c
}

// own gives an event lists of its own.
func own(e vm.Event) vm.Event {
	e.Packet.Fields = append([]vm.FieldOp(nil), e.Packet.Fields...)
	e.Packet.Options = append([]vm.Option(nil), e.Packet.Options...)
	return e
}

// tidy is an event in which all empty lists and strings are nil.
func tidy(e vm.Event) vm.Event {
	e = own(e)
	for _, b := range []*[]byte{
		&e.Packet.NetOptions, &e.Packet.Payload.Data, &e.Call.Data, &e.Send.Data, &e.Want.Data,
	} {
		if len(*b) == 0 {
			*b = nil
		}
	}
	for i := range e.Packet.Options {
		if o := &e.Packet.Options[i]; len(o.Data) == 0 {
			o.Data = nil
		}
	}
	return e
}

// lost is the path of the first part in which two structures differ, each name behind a dot; "" where there is none.
func lost(a, b reflect.Value) string {
	for i := range a.NumField() {
		x, y := a.Field(i), b.Field(i)
		path, differs := "", false
		if x.Kind() == reflect.Struct {
			path = lost(x, y)
			differs = path != ""
		} else {
			differs = differ(x, y)
		}
		if differs {
			return "." + a.Type().Field(i).Name + path
		}
	}
	return ""
}

// differ tells whether two parts that are no structures differ.
func differ(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice {
		return a.Len()+b.Len() > 0 && !reflect.DeepEqual(a.Interface(), b.Interface())
	}
	return !a.Equal(b)
}
