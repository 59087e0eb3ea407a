// Package compatcheck holds the lwIP face of the sockets against lwIP: what is deliberately different is in DEVIATIONS.md.
package compatcheck
