package netgo

import (
	"math"
	"net"
	"time"

	"stackproof/stack/tcp"
)

// defaultKeepAlive is what package net takes where [net.KeepAliveConfig] says nothing.
const defaultKeepAlive = 15 * time.Second

// SetKeepAlive turns the probes of an idle connection on, or off, which they are at first.
func (c *Conn) SetKeepAlive(on bool) error {
	return c.set(func(v *tcp.Settings) { v.KeepAlive = on })
}

// SetKeepAliveConfig is as [net.TCPConn.SetKeepAliveConfig]: what is 0 becomes package net's default, what is negative
// stays. More than 255 probes are 255.
func (c *Conn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	return c.set(func(v *tcp.Settings) {
		v.KeepAlive = k.Enable
		v.KeepIdle = keepAliveTime(k.Idle, v.KeepIdle)
		v.KeepInterval = keepAliveTime(k.Interval, v.KeepInterval)
		switch {
		case k.Count == 0:
			v.KeepCount = tcp.DefaultKeepCount
		case k.Count > 0:
			v.KeepCount = uint8(min(k.Count, math.MaxUint8))
		}
	})
}

func keepAliveTime(d, now time.Duration) time.Duration {
	switch {
	case d == 0:
		return defaultKeepAlive
	case d < 0:
		return now
	}
	return d
}
