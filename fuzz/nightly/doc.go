// Package nightly spends a given time on everything in this module that draws at random: each fuzz target, and commands that
// draw from seeds. It shares the time out in slices, keeps what was learnt and what was found in a folder, from which it
// goes on after a stop, drops what was found before, and reports.
//
// The engine is the go command's own. How much of the code an input reaches is told by the engine's debug messages
// (GODEBUG=fuzzdebug=1), which nothing promises: where they are missing, corpora grow and the report has no coverage.
package nightly
