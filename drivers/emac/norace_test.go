//go:build !race

package emac_test

// raceScale is by how much transfers are smaller.
const raceScale = 1
