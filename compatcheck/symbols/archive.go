package symbols

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What of ar's format is needed: a magic, then for each member a header of 60 bytes and its bytes, at even offsets.
const (
	arMagic      = "!<arch>\n"
	thinMagic    = "!<thin>\n"
	headerLen    = 60
	nameLen      = 16
	sizeAt       = 48
	sizeLen      = 10
	headerMagic  = "`\n"
	bsdNameMark  = "#1/" // BSD: the name, as long as the number says, is the member's beginning
	gnuNames     = "//"  // GNU: the member that has the long names, each ended by "/\n"
	gnuIndex     = "/"   // indices of symbols, which say nothing that the members do not
	gnuWideIndex = "/SYM64/"
	bsdIndex     = "__.SYMDEF"
)

// readArchive reads all members of an archive.
func readArchive(name string, file []byte) (all []Object, err error) {
	var long []byte
	for at := len(arMagic); at < len(file); {
		m, err := memberAt(file, at)
		if err != nil {
			return nil, fmt.Errorf("symbols: %s: at byte %d: %w", name, at, err)
		}
		at += headerLen + len(m.body) + len(m.body)%2
		member, body := m.name, m.body
		switch {
		case member == gnuNames:
			long = body
			continue
		case strings.HasPrefix(member, bsdNameMark):
			member, body, err = bsdName(member, body)
		case len(member) > 1 && member[0] == '/' && member != gnuWideIndex:
			member, err = gnuName(member, long)
		}
		if err != nil {
			return nil, fmt.Errorf("symbols: %s: member %q: %w", name, m.name, err)
		}
		if member == gnuIndex || member == gnuWideIndex || strings.HasPrefix(member, bsdIndex) {
			continue
		}
		all = append(all, readMember(name+"("+strings.TrimSuffix(member, "/")+")", body))
	}
	return all, nil
}

// member is one of an archive's, with the name as its header has it.
type member struct {
	name string
	body []byte
}

func memberAt(file []byte, at int) (m member, err error) {
	rest := file[at:]
	if len(rest) < headerLen || string(rest[headerLen-2:headerLen]) != headerMagic {
		return m, errors.New("no header of a member")
	}
	field := strings.TrimRight(string(rest[sizeAt:sizeAt+sizeLen]), " ")
	size, err := strconv.ParseUint(field, 10, 63)
	if err != nil || size > uint64(len(rest)-headerLen) {
		return m, fmt.Errorf("a member of %q bytes: %d are left", field, len(rest)-headerLen)
	}
	return member{strings.TrimRight(string(rest[:nameLen]), " "), rest[headerLen:][:size]}, nil
}

// bsdName is the name that a member begins with, and what follows it.
func bsdName(mark string, body []byte) (string, []byte, error) {
	n, err := strconv.ParseUint(mark[len(bsdNameMark):], 10, 31)
	if err != nil || n > uint64(len(body)) || n > longest {
		return "", nil, fmt.Errorf("its name has %q bytes of %d", mark[len(bsdNameMark):], len(body))
	}
	return strings.TrimRight(string(body[:n]), "\x00"), body[n:], nil
}

// gnuName is the name that stands at an offset among the long ones.
func gnuName(mark string, long []byte) (string, error) {
	at, err := strconv.ParseUint(mark[1:], 10, 31)
	if err != nil || at >= uint64(len(long)) {
		return "", fmt.Errorf("its name is at %q of %d bytes of names", mark[1:], len(long))
	}
	rest := long[at:]
	end := bytes.IndexByte(rest[:min(len(rest), longest)], '\n')
	if end < 0 {
		return "", fmt.Errorf("its name at %d does not end", at)
	}
	return string(rest[:end]), nil
}

// readMember reads one member; what is no object file, or a broken one, is skipped.
func readMember(name string, body []byte) Object {
	if !bytes.HasPrefix(body, []byte(elfMagic)) {
		if what := foreign(body); what != "" {
			return Object{Name: name, Skipped: what}
		}
		return Object{Name: name, Skipped: "no object file"}
	}
	o, err := readELF(name, body)
	if err != nil {
		return Object{Name: name, Skipped: strings.TrimPrefix(err.Error(), name+": ")}
	}
	return o
}
