// Package record makes the captures of golden/captures: real traffic between real programs and kernels. Each scenario has
// network namespaces of its own, joined by this project's virtual wire (stackproof/drivers/segment) between TAP devices, so
// that the capture is what passes in the middle, and faults are the wire's. The wire needs no program of anybody else's;
// who speaks at its ends is the Linux kernel, and the programs that the scenario names.
//
// Nothing of the machine gets into a capture: hardware addresses are administered locally, IP addresses are from the
// ranges for documentation (RFC 5737, RFC 3849), time begins at 0, programs see a host name of ours. Everything ends with
// the recording, however that ends: the namespaces, the devices in them, and the programs, each in a process namespace
// that dies with its first process.
//
// It exists on Linux only, and needs root.
package record
