// Package capture reads capture files, pcap and pcapng, one frame at a time and in constant memory, whatever their size.
//
// A capture from elsewhere is input like any other: it may be cut, damaged or made to do harm. No length in it is believed
// before it has been compared with a limit, and what cannot be read is an *Error that names the file, the place and the
// reason. Unlike other readers this one passes nothing over in silence: a block whose two lengths differ, an option that
// does not fit, a frame of an interface that nobody has described.
package capture
