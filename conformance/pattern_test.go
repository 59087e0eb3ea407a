package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, id string
		want        bool
	}{
		{"", "tcp/close/active", true},
		{"tcp", "tcp/close/active", true},
		{"tcp/", "tcp/close/active", true},
		{"tcp/close", "tcp/close/active", true},
		{"tcp/close/active", "tcp/close/active", true},
		{"tcp/close/active/more", "tcp/close/active", false},
		{"tcp/clos", "tcp/close/active", false},
		{"close", "tcp/close/active", false},
		{"*/close", "tcp/close/active", true},
		{"tcp/*/act*", "tcp/close/active", true},
		{"udp", "tcp/close/active", false},
	} {
		p, err := ParsePattern(c.pattern)
		require.NoError(t, err)
		require.Equal(t, c.want, p.Match(c.id), "%q %s", c.pattern, c.id)
	}
	for _, bad := range []string{"tcp//close", "tcp/[", "["} {
		_, err := ParsePattern(bad)
		require.ErrorContains(t, err, "bad pattern")
	}
}
