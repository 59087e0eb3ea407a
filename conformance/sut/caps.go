package sut

// Feature is one thing that a stack may or may not have. A case names those that it needs; a case whose needs are
// not declared is unsupported and not run. On the wire features travel by name.
type Feature uint8

const (
	FeatureIPv4 Feature = iota
	FeatureIPv6
	FeatureARP
	FeatureNDP
	FeatureICMP
	FeatureICMPv6
	FeatureUDP
	FeatureTCP
	FeatureLink    // the Link operation
	FeatureRaw     // frames of any length, padding and type pass unchanged in both directions
	FeatureCounter // Inspect of counters
	FeatureTCPInfo // Inspect of connections
	FeatureUrgent  // MsgOOB, PollPri, SO_OOBINLINE, and the figures of urgent data
	features
)

// featureNames is in the order of the constants.
const featureNames names = "ipv4 ipv6 arp ndp icmp icmpv6 udp tcp link raw-frame counter tcp-info urgent"

// String is the feature's name on the wire and in a case's needs.
func (f Feature) String() string {
	return featureNames.of(uint8(f))
}

// Features is a set of Feature.
type Features uint32

// With is the set and f.
func (s Features) With(f Feature) Features { return s | 1<<f }

// Has tells whether f is in the set.
func (s Features) Has(f Feature) bool { return s>>f&1 != 0 }

// FeatureByName finds a feature; a name that this version does not know is Unknown and not ok.
func FeatureByName(name []byte) (f Feature, ok bool) {
	v, ok := featureNames.find(name)
	return Feature(v), ok
}

// Version is the version of the stack-under-test protocol that this package speaks.
const Version = 2

// Unknown is the Op, Option, Knob, Figure, Feature or Personality that stands for a name which this version does not
// know. Its String is "unknown", which is no name: sent to a stack it is nonsense, and must be answered Unsupported.
const Unknown = 255

// MaxName is the length of the longest name, in bytes: of a feature, call, option, knob, figure, error, stack.
const MaxName = 32

// Personality says whose rules a stack's socket calls follow where systems differ (what connect returns on a second
// call, which error a reset gives): a case may need one.
type Personality uint8

const (
	POSIX Personality = iota // as POSIX and Linux have it
	LwIP                     // as ESP-IDF ships lwIP
	personalities
)

const personalityNames names = "posix lwip"

// String is the personality's name on the wire and in a case's needs.
func (p Personality) String() string {
	return personalityNames.of(uint8(p))
}

// PersonalityByName finds a personality; a name that this version does not know is Unknown and not ok.
func PersonalityByName(name []byte) (p Personality, ok bool) {
	v, ok := personalityNames.find(name)
	return Personality(v), ok
}

// Caps is what a stack declares of itself.
type Caps struct {
	Version     uint16        // protocol version, Version
	NameLen     uint8         // bytes of Name in use
	Name        [MaxName]byte // what the stack calls itself
	Personality Personality
	Features    Features
	// Tick is the granularity of the stack's timers: an action may come up to one Tick later than the exact
	// moment, and the judge allows for it. 0 is exact.
	Tick Time
}

// equal compares without the allocation that a conversion would cost on the board.
