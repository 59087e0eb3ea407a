package sut

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// named checks a set of names: each finds its own value again, none is found twice, and what is beyond the last one
// is "unknown", which finds nothing.
func named[T ~uint8](t *testing.T, first, count T, byName func([]byte) (T, bool)) {
	t.Helper()
	type stringer interface{ String() string }
	seen := map[string]bool{}
	for v := first; v < count; v++ {
		name := any(v).(stringer).String()
		assert.NotEmpty(t, name)
		assert.LessOrEqual(t, len(name), MaxName, name)
		assert.False(t, seen[name], "%q names two things", name)
		seen[name] = true
		got, ok := byName([]byte(name))
		assert.True(t, ok, name)
		assert.Equal(t, v, got)
	}
	for v := int(count); v <= Unknown; v++ {
		assert.Equal(t, "unknown", any(T(v)).(stringer).String())
	}
	for _, name := range []string{"unknown", "", "no such name"} {
		_, ok := byName([]byte(name))
		assert.False(t, ok, "%q", name)
	}
}

func TestNames(t *testing.T) {
	t.Run("feature", func(t *testing.T) { named(t, 0, features, FeatureByName) })
	t.Run("personality", func(t *testing.T) { named(t, 0, personalities, PersonalityByName) })
	t.Run("call", func(t *testing.T) { named(t, 0, ops, OpByName) })
	t.Run("option", func(t *testing.T) { named(t, SoError, options, OptionByName) })
	t.Run("knob", func(t *testing.T) { named(t, KnobMSL, knobs, KnobByName) })
	t.Run("figure", func(t *testing.T) { named(t, FigTCPState, figures, FigureByName) })
}

func TestErrnoNames(t *testing.T) {
	for e := ENone; e < errnos; e++ {
		got, ok := ErrnoByName([]byte(e.String()))
		assert.True(t, ok)
		assert.Equal(t, e, got)
	}
	got, ok := ErrnoByName([]byte("ENOTHINGLIKEIT"))
	assert.False(t, ok)
	assert.Equal(t, EOther, got, "an error without a name here is still an error")
}

func TestStatusNames(t *testing.T) {
	assert.Equal(t, "unsupported", Unsupported.String())
	assert.Equal(t, "hung", Hung.String())
	assert.Equal(t, "unknown", statuses.String())
}

func TestFeatures(t *testing.T) {
	var s Features
	for f := Feature(0); f < features; f++ {
		assert.False(t, s.Has(f))
		s = s.With(f)
		assert.True(t, s.Has(f))
	}
	assert.Equal(t, s, s.With(Unknown), "what is not known is in no set")
	assert.False(t, s.Has(Unknown))
}

func TestKnown(t *testing.T) {
	assert.True(t, OpPoll.Known() && EOther.Known() && IPv6V6Only.Known() && KnobMSL.Known() && FigChecksums.Known())
	assert.False(t, Op(Unknown).Known() || Errno(Unknown).Known() || Option(Unknown).Known() || Knob(Unknown).Known() ||
		Figure(Unknown).Known())
}
