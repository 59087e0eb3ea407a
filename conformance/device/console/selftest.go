package console

import "fmt"

// SelfTest is what came of a test that the board makes of its own hardware.
type SelfTest struct {
	Name      string
	Flaw      string // "" where it has passed
	Want, Got int64
}

// SelfTests has the board test its hardware.
func (b *Board) SelfTests() (tests []SelfTest, err error) {
	if err := b.Start(); err != nil {
		return nil, err
	}
	for of := int64(1); int64(len(tests)) < of; {
		b.noise = b.noise[:0]
		if _, err = b.line.Write(b.say.Begin("selftest").Int("case", int64(len(tests))).End()); err != nil {
			return tests, fmt.Errorf("console: self-test %d: %w", len(tests), errEnded)
		}
		w, err := b.answer("selftest")
		if err != nil {
			err = fmt.Errorf("console: self-test %d: %w%s", len(tests), err, b.lastNoise())
			b.stop()
			return tests, err
		}
		t := SelfTest{Name: string(w.Get("name")), Flaw: string(w.Get("flaw"))}
		of, _ = w.Int("of")
		t.Want, _ = w.Int("want")
		t.Got, _ = w.Int("got")
		tests = append(tests, t)
	}
	return tests, nil
}
