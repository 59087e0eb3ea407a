package netgo

// outboxLen is how many frames the stack can send before the device takes them.
const outboxLen = 128

// outbox is the device that the stack sees. What it receives comes straight from the real device. What it sends is kept
// until Host.mu is free, since the real device may take its time: a system call for each frame.
type outbox struct {
	Device
	slots       [outboxLen][]byte
	head, count int  // Host.mu guards these; slots from head on are the goroutine's until it drops them
	refused     bool // the stack found no room
}

func (o *outbox) init(dev Device, maxFrame int) {
	o.Device = dev
	memory := make([]byte, outboxLen*maxFrame)
	for i := range o.slots {
		o.slots[i] = memory[i*maxFrame : i*maxFrame : (i+1)*maxFrame]
	}
}

// Reserve returns a buffer of n bytes; nil if the outbox is full.
func (o *outbox) Reserve(n int) []byte {
	slot := &o.slots[(o.head+o.count)%outboxLen]
	if o.count == outboxLen || n > cap(*slot) {
		o.refused = true
		return nil
	}
	*slot = (*slot)[:n]
	return *slot
}

// Send puts the first n bytes of the reserved buffer into the outbox.
func (o *outbox) Send(n int) {
	slot := &o.slots[(o.head+o.count)%outboxLen]
	*slot = (*slot)[:n]
	o.count++
}

// transmit hands the oldest n frames from head to the device and returns how many it took.
func (o *outbox) transmit(head, n int) int {
	for i := range n {
		frame := o.slots[(head+i)%outboxLen]
		b := o.Device.Reserve(len(frame))
		if b == nil {
			return i
		}
		o.Device.Send(copy(b, frame))
	}
	return n
}

// drop takes away the oldest n frames.
func (o *outbox) drop(n int) {
	o.head = (o.head + n) % outboxLen
	o.count -= n
}
