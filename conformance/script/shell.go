package script

import (
	"regexp"
	"slices"
	"strings"
)

var (
	continued = regexp.MustCompile(`\\\n`)
	separator = regexp.MustCompile(`\n|;|&&|\|\|`)
)

// commandLines cuts a text where the shell goes on to another command, outside quotes and without comments.
func commandLines(text string) (lines []string) {
	text = withoutComments(continued.ReplaceAllString(text, " "))
	quotes := quotedSpans(text)
	from := 0
	for _, at := range append(separator.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if slices.ContainsFunc(quotes, func(q [2]int) bool { return q[0] < at[0] && at[1] < q[1] }) {
			continue
		}
		if line := strings.TrimSpace(text[from:at[0]]); line != "" {
			lines = append(lines, line)
		}
		from = at[1]
	}
	return lines
}

// withoutComments takes away what stands behind a # that begins a word, outside quotes.
func withoutComments(text string) string {
	var out strings.Builder
	quote, comment := byte(0), false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case comment:
			if c != '\n' {
				continue
			}
			comment = false
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if strings.IndexByte(text[i+1:], c) >= 0 {
				quote = c
			}
		case c == '#' && (i == 0 || text[i-1] <= ' '):
			comment = true
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// quotedSpans are where quoted text lies.
func quotedSpans(text string) (spans [][2]int) {
	for i := 0; i < len(text); i++ {
		if text[i] != '"' && text[i] != '\'' {
			continue
		}
		n := strings.IndexByte(text[i+1:], text[i])
		if n < 0 {
			break
		}
		spans = append(spans, [2]int{i, i + n + 2})
		i += n + 1
	}
	return spans
}

// redirection is where a command's input comes from, or its output goes to.
var redirection = regexp.MustCompile(`^[0-9&]*[<>]+(?:&?[0-9])?(.*)$`)

// shellWords are the words of a command, their quotes and redirections taken off. Quotes may begin inside a word.
func shellWords(text string) (words []string) {
	word, quote, any := "", byte(0), false
	into := false // the next word is where a redirection leads
	end := func() {
		if !any && word == "" {
			return
		}
		m := redirection.FindStringSubmatch(word)
		switch {
		case any || m == nil && !into:
			words = append(words, word)
		case m != nil:
			into = m[1] == "" && strings.TrimRight(word, "<>") != word
			word = ""
			return
		}
		word, any, into = "", false, false
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, any = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			end()
		default:
			word += text[i : i+1]
		}
	}
	end()
	return words
}

// brief is a text on one line of a message.
func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return text
}
