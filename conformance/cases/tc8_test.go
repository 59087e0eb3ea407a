package cases

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTC8: the map has the 19 groups and the 116 cases of TC8's chapter on TCP, at least as many topics of a group as it has
// cases there, and every topic is answered by cases that there are.
func TestTC8(t *testing.T) {
	groups, err := LoadTC8()
	require.NoError(t, err)
	all, err := Load()
	require.NoError(t, err)
	ids, seen := map[string]bool{}, map[string]bool{}
	for _, c := range all {
		ids[c.ID] = true
	}
	there := 0
	for _, g := range groups {
		assert.False(t, seen[g.Name], "%s stands twice", g.Name)
		seen[g.Name] = true
		there += g.There
		assert.GreaterOrEqual(t, len(g.Topics), g.There, "%s has fewer topics than cases there", g.Name)
		topics := map[string]bool{}
		for _, topic := range g.Topics {
			assert.False(t, topics[topic.Text], "%s: `%s` stands twice", g.Name, topic.Text)
			topics[topic.Text] = true
			for _, id := range topic.Cases {
				assert.True(t, ids[id], "%s: `%s`: there is no case %s", g.Name, topic.Text, id)
			}
		}
	}
	assert.Len(t, groups, 19)
	assert.Equal(t, 116, there)
}

func TestTC8Mistakes(t *testing.T) {
	for in, want := range map[string]string{
		"topic A.":                             "1: `topic` before the first group",
		"TCP_A x B.":                           "1: TCP_A: want a number of cases and a sentence",
		"TCP_A 1 B":                            "1: TCP_A: want a number of cases and a sentence",
		"TCP_A 1 B.":                           "1: TCP_A: the last topic has no cases",
		"TCP_A 1 B.\ncase a":                   "2: `case`: want `topic SENTENCE`, and below it once `case ID ...`",
		"TCP_A 1 B.\ntopic C":                  "2: `topic`: want `topic SENTENCE`, and below it once `case ID ...`",
		"TCP_A 1 B.\ntopic C.\ntopic D.":       "3: the topic above has no cases",
		"TCP_A 1 B.\ntopic C.\ncase a\ncase b": "4: `case`: want `topic SENTENCE`, and below it once `case ID ...`",
		"TCP_A 1 B.\ntopic C.\nTCP_D 1 E.\ntopic F.\ncase a": "1: TCP_A: the last topic has no cases",
	} {
		_, err := parseTC8(in)
		assert.EqualError(t, err, "cases: tc8.txt:"+want, in)
	}
}
