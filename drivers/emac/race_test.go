//go:build race

package emac_test

// raceScale is by how much transfers are smaller under the race detector, which is that much slower.
const raceScale = 4
