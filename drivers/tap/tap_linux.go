package tap

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Open opens the TAP interface called name, and makes it if there is none. It needs root or CAP_NET_ADMIN, or a
// persistent interface that belongs to the user. The kernel's side is configured by its own tools.
func Open(name string) (*Device, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil || name == "" {
		return nil, fmt.Errorf("tap: bad interface name %q: 1 to %d bytes", name, unix.IFNAMSIZ-1)
	}
	ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	// Non-blocking, so that the runtime's poller waits and Close ends a waiting Read.
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("tap: cannot open /dev/net/tun: %w%s", err, hint(err))
	}
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("tap: cannot open interface %s: %w%s", name, err, hint(err))
	}
	return newDevice(os.NewFile(uintptr(fd), "/dev/net/tun")), nil
}

func hint(err error) string {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return " (root or CAP_NET_ADMIN is needed)"
	case errors.Is(err, unix.EBUSY):
		return " (another program has it)"
	}
	return ""
}
