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
	features
)

// featureNames is in the order of the constants.
var featureNames = [features]string{
	"ipv4", "ipv6", "arp", "ndp", "icmp", "icmpv6", "udp", "tcp", "link", "raw-frame", "counter", "tcp-info",
}

// String is the feature's name on the wire and in a case's needs.
func (f Feature) String() string {
	if f < features {
		return featureNames[f]
	}
	return "unknown"
}

// Features is a set of Feature.
type Features uint32

// With is the set and f.
func (s Features) With(f Feature) Features { return s | 1<<f }

// Has tells whether f is in the set.
func (s Features) Has(f Feature) bool { return s>>f&1 != 0 }

// FeatureByName finds a feature; ok is false for a name that this version does not know.
func FeatureByName(name []byte) (f Feature, ok bool) {
	for i := range featureNames {
		if equal(featureNames[i], name) {
			return Feature(i), true
		}
	}
	return 0, false
}

// Version is the version of the stack-under-test protocol that this package speaks.
const Version = 1

// Caps is what a stack declares of itself.
type Caps struct {
	Version  uint16   // protocol version, Version
	NameLen  uint8    // bytes of Name in use
	Name     [32]byte // what the stack calls itself
	Features Features
	// Tick is the granularity of the stack's timers: an action may come up to one Tick later than the exact
	// moment, and the judge allows for it. 0 is exact.
	Tick Time
}

// equal compares without the allocation that a conversion would cost on the board.
func equal(s string, b []byte) bool {
	if len(s) != len(b) {
		return false
	}
	for i := range b {
		if s[i] != b[i] {
			return false
		}
	}
	return true
}
