// Package mutants plants deliberate faults in the stack and in the Ethernet driver, one at a time, and finds out which case
// or test sees each: a judge that lets a fault pass has a gap. README.md says how.
package mutants
