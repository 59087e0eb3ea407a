//go:build tinygo

// Package footprint is what the programs have in common that are built to be weighed (stackproof device size --table): the
// memory of a stack with 16 sockets, and the driver over plain registers. The sockets are POSIX's, or with the build tag
// face_lwip lwIP's. Nothing of it is meant to be run.
package footprint

import (
	"sync/atomic"
	"unsafe"

	"stackproof/drivers/emac"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
)

// Sockets are how many there can be, of any kind. TCP and UDP have room for as many each.
const Sockets = 16

// Memory of each part.
const (
	TCPQueue = 1024 // bytes each way, of each connection
	UDPQueue = 512  // bytes of each endpoint

	mtu = 1500
)

// Tables.
var (
	Stack         stack.Stack
	Driver        emac.Driver
	TableSockets  socket.Table
	TableTCP      [Sockets]stack.TCPConn
	TableUDP      [Sockets]stack.UDPEndpoint
	TableRows     [Sockets]socket.Socket
	TableMembers  [4]socket.Membership
	TableGroups   [4]stack.Group
	TableNear     [8]neighbour.Entry
	TableReassemb [2]reassembly.Entry
)

// Buffers.
var (
	BufferTCP     [Sockets * 2 * TCPQueue]byte
	BufferUDP     [Sockets * UDPQueue]byte
	BufferWaiting [3 * mtu]byte
	BufferLoop    [2 * (mtu + 2)]byte
	BufferStaging [2000]byte
	BufferParts   [2 * 2192]byte
	BufferRings   [2*emac.DefaultRing*(emac.DescriptorSize+emac.BufferSize) + emac.CacheLine]byte
)

var storage = stack.Storage{
	Groups: TableGroups[:], Neighbours: TableNear[:], Waiting: BufferWaiting[:], UDP: TableUDP[:], UDPBuffer: BufferUDP[:],
	TCP: TableTCP[:], TCPBuffer: BufferTCP[:], Reassembly: TableReassemb[:], ReassemblyBuffer: BufferParts[:],
	Staging: BufferStaging[:], Loop: BufferLoop[:],
}

// Init makes all of it ready.
func Init() bool {
	skip := -uintptr(unsafe.Pointer(&BufferRings[0])) % emac.CacheLine
	hardware := emac.Config{
		Address: [6]byte(config.MAC), Memory: BufferRings[skip:], Receive: emac.DefaultRing, Transmit: emac.DefaultRing,
		PHY: 1, BusHz: 180_000_000,
	}
	if Driver.Init(bus{}, &hardware, 0) != emac.Fine || Stack.Init(&config, &storage, &Driver) != stack.InitOK {
		return false
	}
	TableSockets.Init(&Stack, TableRows[:])
	TableSockets.InitGroups(TableMembers[:])
	initFace()
	return true
}

// bus reaches registers, with a write where the chip has its cache controller.
type bus struct{}

const base = 0x5009_8000

func at(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(uintptr(base + offset))) }

func (bus) Read(offset uint32) uint32    { return atomic.LoadUint32(at(offset)) }
func (bus) Write(offset, value uint32)   { atomic.StoreUint32(at(offset), value) }
func (bus) Address(b []byte) uint32      { return uint32(uintptr(unsafe.Pointer(&b[0]))) }
func (bus) WriteBack(address, n uint32)  { bus{}.Write(address, n) }
func (bus) Invalidate(address, n uint32) { bus{}.Write(address, n) }
func (bus) Barrier()                     { bus{}.Read(0) }
func (bus) SetSpeed(hundred bool)        { bus{}.Read(4) }
