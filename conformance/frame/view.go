package frame

// layer is a part of a frame from whose beginning fields are counted.
type layer uint8

const (
	layerEth layer = iota
	layerARP
	layerIP4
	layerIP6
	layerFrag   // IPv6 fragment header
	layerBody   // what IP carries, whatever it is
	layerTCP    // layerBody, if that is TCP
	layerUDP    // layerBody, if that is UDP
	layerICMP   // layerBody, if that is ICMP or ICMPv6
	layerND     // layerICMP, if that is neighbour discovery with a target
	layerDest   // layerICMP, if that is a redirect of neighbour discovery
	layerSLL    // the source link-layer address option
	layerTLL    // the target link-layer address option
	layerIGMP   // layerBody, if that is IGMP
	layerMLD    // layerICMP, if that is MLD about one group
	layerRecord // the first record of a report of IGMPv3 or MLDv2
	layerQuote  // TCP header in the datagram that an ICMP error quotes
	numLayers
)

// View says where the layers of one frame lie. The frame stays the caller's; a View is good as long as the frame's
// layout stays as it is.
type View struct {
	B         []byte // the whole frame
	Net       Net
	Transport Transport

	at      [numLayers]uint16 // where each layer begins; 0: not there (the Ethernet header is always)
	payload uint16            // where what lies behind the last known header begins
	end     uint16            // where the packet ends and padding begins
}

// Payload is what lies behind the last header that Parse knows, without padding.
func (v *View) Payload() []byte { return v.B[v.payload:v.end] }

// Packet is the frame without its padding.
func (v *View) Packet() []byte { return v.B[:v.end] }

// Datagram is the IP packet (or what else the Ethernet frame carries), without padding.
func (v *View) Datagram() []byte { return v.B[min(etherHeader, v.end):v.end] }

// Body is what IP carries: the transport's header and all behind it. It is empty in a frame without IP.
func (v *View) Body() []byte {
	if v.at[layerBody] == 0 {
		return nil
	}
	return v.B[v.at[layerBody]:v.end]
}

// Options is the bytes of TCP's options.
func (v *View) Options() []byte {
	if v.Transport != TransportTCP {
		return nil
	}
	return v.B[v.at[layerTCP]+tcpHeader : v.payload]
}

// Get reads a number. ok is false where the frame has no such field, or the field is an address.
func (v *View) Get(f Field) (n uint32, ok bool) {
	if f == PayloadLen {
		return uint32(v.end - v.payload), true
	}
	p, b := v.find(f)
	if b == nil || p.bits == 0 {
		return 0, false
	}
	for _, c := range b {
		n = n<<8 | uint32(c)
	}
	return n >> p.shift & (1<<p.bits - 1), true
}

// Addr is the bytes of an address in the frame. ok is false where the frame has no such field, or the field is a
// number.
func (v *View) Addr(f Field) (b []byte, ok bool) {
	p, b := v.find(f)
	if b == nil || p.bits != 0 {
		return nil, false
	}
	return b, true
}

// Set writes a number, of which only as many bits count as the field has. ok is false where the frame has no such
// field, the field is an address, or it cannot be written.
func (v *View) Set(f Field, n uint32) (ok bool) {
	p, b := v.find(f)
	if b == nil || p.bits == 0 {
		return false
	}
	mask := uint32(1<<p.bits-1) << p.shift
	n = n << p.shift & mask
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = b[i]&^byte(mask) | byte(n)
		mask >>= 8
		n >>= 8
	}
	return true
}

// SetAddr writes an address from the first bytes of a. ok is false where the frame has no such field, the field is a
// number, or a is too short.
func (v *View) SetAddr(f Field, a []byte) (ok bool) {
	b, ok := v.Addr(f)
	if !ok || len(a) < len(b) {
		return false
	}
	copy(b, a)
	return true
}

// find is the bytes that hold a field, and how it lies in them; nil where the frame has no such field.
func (v *View) find(f Field) (place, []byte) {
	p := placeOf(f, v.Net)
	at := int(v.at[p.layer])
	if p.size == 0 || at == 0 && p.layer != layerEth {
		return p, nil
	}
	at += int(p.off)
	if at+int(p.size) > len(v.B) {
		return p, nil
	}
	return p, v.B[at : at+int(p.size)]
}
