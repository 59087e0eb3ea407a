// Package siege throws every frame of a capture at this project's stack, in each of a number of states that have been
// prepared, and at the Ethernet driver on the modelled hardware. Each throw begins at a snapshot of the state. The stack
// must not panic, must do a bounded amount of work, must send nothing that is malformed, and its counters must add up.
//
// A frame is thrown as it is but for the Ethernet address, and once more aimed: its addresses, ports and numbers become
// those that the state is about, with the checksums repaired, so that it gets past the first doors.
package siege
