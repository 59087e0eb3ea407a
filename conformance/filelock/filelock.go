// Package filelock lets one process at a time build what several need.
package filelock
