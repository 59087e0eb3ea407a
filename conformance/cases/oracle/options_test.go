package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReadOptions: a page of lists that can be checked by eye.
func TestReadOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		list    []byte
		kinds   []uint8
		illegal bool
	}{
		{"nothing", nil, nil, false},
		{"an end", []byte{0, 2, 4, 1, 144}, nil, false},
		{"no-operations", []byte{1, 1, 3, 3, 2}, []uint8{WindowScale}, false},
		{"an unknown one", []byte{253, 4, 3, 3, 4, 2}, []uint8{SACKPermitted}, false},
		{"length 0", []byte{253, 0, 4, 2}, nil, true},
		{"length 1", []byte{253, 1, 4, 2}, nil, true},
		{"no length", []byte{4, 2, 1, 253}, []uint8{SACKPermitted}, true},
		{"beyond the end", []byte{4, 2, 253, 3}, []uint8{SACKPermitted}, true},
		{"a wrong length", []byte{2, 3, 1, 4, 2}, nil, true},
		{"one block", []byte{5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, []uint8{SACKBlocks}, false},
		{"half a block", []byte{5, 6, 0, 0, 0, 1}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ReadOptions(c.list)
			assert.Equal(t, c.illegal, o.Illegal)
			assert.Len(t, o.Data, len(c.kinds))
			for _, k := range c.kinds {
				assert.True(t, o.Has(k))
			}
		})
	}
}

func TestOptionValues(t *testing.T) {
	o := ReadOptions([]byte{2, 4, 1, 144, 3, 3, 15})
	assert.EqualValues(t, 400, o.Size())
	assert.EqualValues(t, 14, o.Shift())
	none := ReadOptions(nil)
	assert.Zero(t, none.Size())
	assert.Zero(t, none.Shift())
}
