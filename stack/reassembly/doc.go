// Package reassembly puts datagrams together of their fragments, IPv4's and IPv6's (RFC 791 3.2, RFC 8200 4.5), in
// storage of the caller's. It knows no headers: whoever calls it has read and checked them. Core rules hold.
package reassembly
