package report

import (
	"encoding/xml"
	"io"
	"strings"
)

// The part of the JUnit format that CI systems read.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Error   *junitMessage `xml:"error,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes junit.xml: a case's class is its topic, its name the rest of its id.
func writeJUnit(w io.Writer, stack string, verdicts []Verdict) error {
	s := junitSuite{Name: "stackproof/" + stack, Tests: len(verdicts)}
	for i := range verdicts {
		v := &verdicts[i]
		c := junitCase{Name: v.ID, File: v.File, Line: v.Line}
		if cut := strings.LastIndexByte(v.ID, '/'); cut > 0 {
			c.Class, c.Name = strings.ReplaceAll(v.ID[:cut], "/", "."), v.ID[cut+1:]
		}
		m := &junitMessage{Message: strings.TrimSuffix(v.Outcome.String()+": "+v.Phrase, ": "),
			Text: "want " + v.Want + "\ngot  " + v.Got}
		switch v.Outcome {
		case Fail, XPass:
			c.Failure = m
			s.Failures++
		case Error, Timeout, Crash:
			c.Error = m
			s.Errors++
		case NotRun, Blocked, Unsupported:
			c.Skipped = &junitMessage{Message: strings.TrimSuffix(v.Outcome.String()+": "+v.Got, ": ")}
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
