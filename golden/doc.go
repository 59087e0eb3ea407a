// Package golden verifies captures of real traffic: each frame is read by three codecs and compared (package verify), each
// TCP connection is replayed into the stack at both ends, directly and through the EMAC driver on the modelled hardware
// (package replay), and each frame is thrown at the stack in every prepared state (package siege).
//
// The project's own captures are in the folder captures, in the program itself too; their index says of each who spoke,
// and what must be found in it.
package golden
