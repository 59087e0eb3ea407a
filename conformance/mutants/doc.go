// Package mutants plants deliberate faults in the stack, one at a time, and finds out which case sees each: a judge that
// lets a fault pass has a gap. README.md says how.
package mutants
