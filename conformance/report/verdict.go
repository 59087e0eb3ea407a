package report

import "math"

// Verdict is one line of verdicts.jsonl: a case and what came of it. The IPv4 and IPv6 forms of a script are one case,
// whose outcome is the graver of the two; phrase, want and got are of the form that failed.
type Verdict struct {
	ID        string   `json:"id"`
	File      string   `json:"file"`
	Line      int      `json:"line"` // of the expectation that was not met; else of the case
	Stack     string   `json:"stack"`
	Link      string   `json:"link"` // what carries the frames: direct, emac
	Outcome   Outcome  `json:"outcome"`
	Level     string   `json:"level"` // MUST, SHOULD or MAY
	Reqs      []string `json:"reqs"`
	Needs     []string `json:"needs"`
	Phrase    string   `json:"phrase"`
	Want      string   `json:"want"`
	Got       string   `json:"got"`
	VirtualUS int64    `json:"virtual_us"` // virtual time that the case took, all forms together

	Forms []Form `json:"forms"`
}

// Form is one form (ipv4, ipv6) of a case.
type Form struct {
	Name      string  `json:"name"`
	Outcome   Outcome `json:"outcome"`
	VirtualUS int64   `json:"virtual_us"`
	// Trace is a hash over every frame, result and time of the run: two runs that give the same did the same.
	Trace string `json:"trace"`
	// Twin is what came of the negative twin: red where and as it must, or why not.
	Twin Twin `json:"twin"`
}

// Twin is what came of a negative twin.
type Twin string

const (
	TwinRed       Twin = "red"       // failed at the expectation that the requirement is about
	TwinGreen     Twin = "green"     // did not fail: the case proves nothing
	TwinElsewhere Twin = "elsewhere" // failed at another expectation
	TwinNotRun    Twin = "notrun"    // the case itself did not pass
)

// Failing is the form that decides the verdict: the first with the verdict's outcome.
func (v *Verdict) Failing() *Form {
	for i := range v.Forms {
		if v.Forms[i].Outcome == v.Outcome {
			return &v.Forms[i]
		}
	}
	return nil
}

// Summary is summary.json.
type Summary struct {
	Stack          string
	Counts         Counts
	TwinsRed       int
	TwinsTotal     int
	Wraps          int // runs in which the stack's initial sequence number lay before 2^31 or 2^32, of WrapsTotal that wanted it
	WrapsTotal     int
	MustCovered    int // MUSTs of the register that a passing case proves
	MustTotal      int
	ShouldCovered  int
	ShouldTotal    int
	Seed           uint64
	VirtualSeconds float64
	WallSeconds    float64
}

// MarshalJSON writes the figures in a fixed order, one count per outcome under its name.
func (s Summary) MarshalJSON() ([]byte, error) {
	type share struct {
		Red   int `json:"red"`
		Total int `json:"total"`
	}
	type reached struct {
		Reached int `json:"reached"`
		Total   int `json:"total"`
	}
	type covered struct {
		Covered int `json:"covered"`
		Total   int `json:"total"`
	}
	o := newObject()
	o.add("stack", s.Stack)
	o.add("cases", s.Counts.Total())
	for i, n := range s.Counts {
		o.add(Outcome(i).String(), n)
	}
	o.add("twins", share{s.TwinsRed, s.TwinsTotal})
	o.add("wraps", reached{s.Wraps, s.WrapsTotal})
	o.add("must", covered{s.MustCovered, s.MustTotal})
	o.add("should", covered{s.ShouldCovered, s.ShouldTotal})
	o.add("seed", s.Seed)
	o.add("virtual_seconds", math.Round(s.VirtualSeconds*1e6)/1e6) // a sum of times in microseconds
	o.add("wall_seconds", s.WallSeconds)
	return o.bytes()
}
