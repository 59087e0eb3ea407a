package report

import (
	"bytes"
	"encoding/json"
)

// object builds a JSON object whose members keep the order in which they were added.
type object struct {
	buf bytes.Buffer
	err error
}

func newObject() *object {
	o := &object{}
	o.buf.WriteByte('{')
	return o
}

func (o *object) add(name string, value any) {
	v, err := json.Marshal(value)
	if err != nil && o.err == nil {
		o.err = err
	}
	if o.buf.Len() > 1 {
		o.buf.WriteByte(',')
	}
	k, _ := json.Marshal(name)
	o.buf.Write(k)
	o.buf.WriteByte(':')
	o.buf.Write(v)
}

func (o *object) bytes() ([]byte, error) {
	o.buf.WriteByte('}')
	return o.buf.Bytes(), o.err
}
