package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/golden/capture"
	"stackproof/stack/wire"
)

// Verifier reads frames with all codecs. It can be used for one capture after the other, not for two at a time.
type Verifier struct {
	readings [numCodecs]Reading
	view     frame.View
	third    *third
	builder  builder
	whole    []byte // a frame with the Ethernet header that its link has not
	all      []Disagreement
}

// NewVerifier makes a Verifier.
func NewVerifier() *Verifier { return &Verifier{third: newThird()} }

// Counts are how many frames of a kind there were, by name.
type Counts map[string]int64

// String lists them by name, with an equals sign each.
func (c Counts) String() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(c)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%d", strings.ReplaceAll(name, " ", "-"), c[name])
	}
	return b.String()
}

// Total is their sum.
func (c Counts) Total() (n int64) {
	for _, k := range c {
		n += k
	}
	return n
}

// Add adds the counts of another.
func (c Counts) Add(o Counts) {
	for name, n := range o {
		c[name] += n
	}
}

// Result is what came of one capture, or of several.
type Result struct {
	Frames, Bytes int64
	Sound         int64  // frames in which nothing is malformed and no checksum wrong; each was put together again
	Cut           int64  // frames of which the capture holds only the begin
	Protocols     Counts // frames that each protocol was read in
	Bad           Counts // frames that all refuse, by reason
	Over          Counts // frames with something that the stack does not speak, by what it is
	Rules         Counts // frames with what no sender may do and a receiver lets pass, by what it is
	Known         Counts // disagreements with gopacket that known.txt names
	Liberties     Counts // frames that came out otherwise in a way that the format allows, by what it is
	Failed        int64  // frames with a disagreement that is not known, or that came out otherwise
	Failures      []string
}

// mostFailures is how many failures keep their text.
const mostFailures = 20

// NewResult makes one without any frame.
func NewResult() *Result {
	return &Result{Protocols: Counts{}, Bad: Counts{}, Over: Counts{}, Rules: Counts{}, Known: Counts{}, Liberties: Counts{}}
}

// Fail notes a failure.
func (r *Result) Fail(format string, args ...any) {
	r.Failed++
	if len(r.Failures) < mostFailures {
		r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
	}
}

// Ethernet is a frame as it lies on Ethernet: of another link it gets a header with addresses that say so. ok is false for
// what carries no packet; what is its name. The bytes are good until the next call.
func (v *Verifier) Ethernet(f *capture.Frame) (b []byte, what string, ok bool) {
	if f.Link == capture.Ethernet {
		return f.Data, "", true
	}
	typ, p, what, ok := f.Packet()
	if !ok {
		return nil, what, false
	}
	v.whole = append(v.whole[:0], 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, byte(typ>>8), byte(typ))
	v.whole = append(v.whole, p...)
	return v.whole, "", true
}

// Frame has all codecs read a frame, and notes in r what came of it.
func (v *Verifier) Frame(f *capture.Frame, r *Result) {
	r.Frames++
	r.Bytes += int64(len(f.Data))
	if f.Cut() {
		r.Cut++
	}
	b, what, ok := v.Ethernet(f)
	if !ok {
		r.Over[what]++
		return
	}
	readWire(b, &v.readings[byWire])
	if rule := readJudge(b, &v.readings[byJudge], &v.view); rule != frame.Sound {
		r.Rules[rule.String()]++
	}
	v.third.read(b, &v.readings[byGopacket])
	v.conclude(f, b, r)
}

// conclude compares what was read.
func (v *Verifier) conclude(f *capture.Frame, b []byte, r *Result) {
	w := &v.readings[byWire]
	j, g := &v.readings[byJudge], &v.readings[byGopacket]
	var stop Field
	v.all, _ = compare(v.all[:0], byWire, byJudge, w, j, NumFields)
	v.all, stop = compare(v.all, byWire, byGopacket, w, g, NumFields)
	v.all, _ = compare(v.all, byJudge, byGopacket, j, g, stop) // what gopacket reads beyond that is not to be relied on
	failed := false
	for i := range v.all {
		d := &v.all[i]
		if d.B == byGopacket {
			if name := knownName(d, &v.readings[d.A], g); name != "" {
				r.Known[name]++
				continue
			}
		}
		if !failed {
			r.Fail("frame %d at byte %d: %v", f.Number, f.Offset, d)
		}
		failed = true
	}
	w.count(r)
	if why := w.bad(); why != "" {
		r.Bad[why]++
		return
	}
	if w.over != "" {
		r.Over[w.over]++
	}
	r.Sound++
	at := v.builder.rebuild(b, w)
	if at >= 0 && !failed {
		r.Fail("frame %d at byte %d: put together again it differs at byte %d: %#02x, and was %#02x", f.Number, f.Offset, at, v.builder.b[at], b[at])
	}
	for l, took := range v.builder.took {
		if took {
			r.Liberties[Liberty(l).String()]++
		}
	}
}

// bad says why the stack's codec refuses a frame; "" if it does not.
func (r *Reading) bad() string {
	for f := range NumFields {
		if !r.has[f] || r.values[f].n != 0 {
			continue
		}
		switch {
		case f.verdict():
			return f.String() + ": " + r.refused
		case f == IPSumOK, f == ICMPSumOK, f == IGMPSumOK, f == UDPSumOK, f == TCPSumOK:
			return f.String() + ": wrong checksum"
		}
	}
	return ""
}

// layersOf are the protocols that are counted, and how a reading shows that there was one.
var layersOf = []struct {
	name string
	mark Field
}{
	{"ethernet", EthWhole}, {"arp", ARPWhole}, {"ipv4-options", IPOptions}, {"ipv6-extensions", ExtHeaders}, {"quote", QuoteWhole},
	{"ndp", NDWhole}, {"igmp", IGMPWhole}, {"udp", UDPWhole}, {"tcp", TCPWhole}, {"tcp-options", TCPOptions},
}

// count notes which protocols were read.
func (r *Reading) count(to *Result) {
	for _, l := range layersOf {
		if v := r.values[l.mark]; r.has[l.mark] && (l.mark.verdict() && v.n == 1 || len(v.b) > 0) {
			to.Protocols[l.name]++
		}
	}
	v6 := r.is(IPVersion, 6)
	switch {
	case r.has[EthType] && r.values[EthType].n == wire.EtherTypeVLAN:
		to.Protocols["vlan"]++
	case v6:
		to.Protocols["ipv6"]++
	case r.is(IPVersion, 4):
		to.Protocols["ipv4"]++
	}
	if r.is(IPMF, 1) || r.is(FragMF, 1) || r.has[IPOff] && !r.is(IPOff, 0) || r.has[FragOff] && !r.is(FragOff, 0) {
		to.Protocols["fragments"]++
	}
	if r.has[ICMPType] {
		switch t := r.values[ICMPType].n; {
		case !v6:
			to.Protocols["icmpv4"]++
		case t >= wire.ICMPv6MLDQuery && t <= wire.ICMPv6MLDDone || t == wire.ICMPv6MLDv2Report:
			to.Protocols["mld"]++
			fallthrough
		default:
			to.Protocols["icmpv6"]++
		}
	}
}
