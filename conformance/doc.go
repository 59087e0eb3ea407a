// Package conformance runs the cases against stacks. A case's script is compiled by conformance/script, interpreted by
// conformance/vm, and judged here: each form of a case, and its negative twin, which has to fail at the expectation
// that the requirement is about.
//
// `go test` is the engine: TestCases runs every case as a subtest, and the command line uses the same Runner.
package conformance
