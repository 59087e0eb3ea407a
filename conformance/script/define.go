package script

import "strings"

// branch is an #ifdef that is not closed yet.
type branch struct {
	pos      Pos
	elseSeen bool
}

// chosen is the name of the system whose parts of a script are taken, where it has parts for several.
const chosen = "STANDARD"

// directive obeys `#ifdef NAME`, `#ifndef NAME`, `#else` and `#endif` (nplab's dialect), each a line of its own.
func (l *lexer) directive() {
	p := l.pos()
	words := strings.Fields(l.restOfLine())
	word := words[0]
	if word == "#" && len(words) > 1 {
		words = words[1:]
		word += words[0]
	}
	open := len(l.open) - 1
	switch {
	case (word == "#ifdef" || word == "#ifndef") && len(words) > 1:
		_, is := l.defines[words[1]]
		l.open = append(l.open, branch{pos: p})
		if (is || words[1] == chosen) != (word == "#ifdef") {
			l.skipBranch(true)
		}
	case word == "#else" && open >= 0 && !l.open[open].elseSeen:
		l.skipBranch(false)
	case word == "#endif" && open >= 0:
		l.open = l.open[:open]
	default:
		l.fail(p, "directive", "`"+word+"` is none of #ifdef NAME, #ifndef NAME, #else, #endif, or stands where it cannot")
	}
}

// restOfLine takes what is left of the line.
func (l *lexer) restOfLine() string {
	rest, _, _ := strings.Cut(l.src[l.off:], "\n")
	l.advance(len(rest))
	return rest
}

// skipBranch passes over the lines up to the innermost #ifdef's #endif, or to its #else where that may be taken.
func (l *lexer) skipBranch(takeElse bool) {
	inner := &l.open[len(l.open)-1]
	for depth := 0; l.off < len(l.src); {
		if l.peek(0) == '\n' {
			l.advance(1)
		}
		word, _, _ := strings.Cut(strings.TrimSpace(l.restOfLine()), " ")
		switch {
		case word == "#ifdef" || word == "#ifndef":
			depth++
		case word == "#endif" && depth == 0:
			l.open = l.open[:len(l.open)-1]
			return
		case word == "#endif":
			depth--
		case word == "#else" && depth == 0 && takeElse:
			inner.elseSeen = true
			return
		}
	}
	l.fail(inner.pos, "directive", "#ifdef without #endif")
}

// maxChain is how many definitions may lead from one to the next.
const maxChain = 16

// defined is a word, or what it is defined to stand for.
func (l *lexer) defined(p Pos, word string) (kind, string) {
	for range maxChain {
		value, ok := l.defines[word]
		switch {
		case !ok:
			return wordKind(word), word
		case value[0] == '"':
			return tokString, value[1 : len(value)-1]
		case value[0] == '`':
			return tokShell, value[1 : len(value)-1]
		}
		word = value
	}
	l.fail(p, "definition", "`"+word+"` stands for itself")
	return tokEOF, ""
}

// wordKind is the kind of a token that a definition put in a word's place.
func wordKind(s string) kind {
	switch _, err := parseUint(s); {
	case err != nil:
		return tokWord
	case strings.HasPrefix(s, "0x"):
		return tokHex
	}
	return tokNumber
}

// define notes `NAME=VALUE`. What is defined already, on the command line, stays.
func (l *lexer) define(p Pos, text string) {
	name, value, ok := strings.Cut(text, "=")
	quoted := len(value) > 1 && (value[0] == '"' || value[0] == '`') && value[len(value)-1] == value[0]
	if !ok || name == "" || value == "" || strings.Trim(name, wordBytes) != "" || isDigit(name[0]) ||
		!quoted && strings.Trim(value, wordBytes) != "" {
		l.fail(p, "definition", "want NAME=VALUE, got `"+text+"`")
	}
	if _, is := l.defines[name]; !is {
		l.defines[name] = value
	}
}

const wordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
