//go:build race

package lwip

// connections is how many TestLife opens and closes under the race detector.
const connections = fewConnections
