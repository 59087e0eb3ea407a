package abi

// Answers of getaddrinfo. The last three ESP-IDF's headers define and nothing answers.
const (
	EAI_NONAME   = 200
	EAI_SERVICE  = 201
	EAI_FAIL     = 202
	EAI_MEMORY   = 203
	EAI_FAMILY   = 204
	EAI_AGAIN    = 2
	EAI_BADFLAGS = 3
	EAI_SOCKTYPE = 10
)

// Values of h_errno.
const (
	HOST_NOT_FOUND = 210
	NO_DATA        = 211
	NO_RECOVERY    = 212
	TRY_AGAIN      = 213
)

// Flags of getaddrinfo's hints.
const (
	AI_PASSIVE     = 0x01
	AI_CANONNAME   = 0x02
	AI_NUMERICHOST = 0x04
	AI_NUMERICSERV = 0x08
	AI_V4MAPPED    = 0x10
	AI_ALL         = 0x20
	AI_ADDRCONFIG  = 0x40
)

// Of getnameinfo, which ESP-IDF declares and does not have.
const (
	NI_MAXHOST     = 1025
	NI_MAXSERV     = 32
	NI_NUMERICSERV = 0x08
	NI_DGRAM       = 0x10
)

// Addresses of IPv4 as a number, most significant byte first.
const (
	INADDR_ANY       uint32 = 0
	INADDR_LOOPBACK  uint32 = 0x7F000001
	INADDR_BROADCAST uint32 = 0xFFFFFFFF
	INADDR_NONE      uint32 = 0xFFFFFFFF
)

// Room for an address as text, with the zero that ends it.
const (
	INET_ADDRSTRLEN  = 16
	INET6_ADDRSTRLEN = 46
)

// DNS_MAX_NAME_LENGTH is the longest name that is looked up.
const DNS_MAX_NAME_LENGTH = 256

// Addrinfo is C's struct addrinfo.
type Addrinfo struct {
	Flags     int32  `c:"ai_flags"`
	Family    int32  `c:"ai_family"`
	Socktype  int32  `c:"ai_socktype"`
	Protocol  int32  `c:"ai_protocol"`
	Addrlen   uint32 `c:"ai_addrlen"`
	Addr      Ptr    `c:"ai_addr"`
	Canonname Ptr    `c:"ai_canonname"`
	Next      Ptr    `c:"ai_next"`
}

// Hostent is C's struct hostent.
type Hostent struct {
	Name     Ptr   `c:"h_name"`
	Aliases  Ptr   `c:"h_aliases"`
	Addrtype int32 `c:"h_addrtype"`
	Length   int32 `c:"h_length"`
	AddrList Ptr   `c:"h_addr_list"`
}

// sizeof of the structures above.
const (
	SizeofAddrinfo = 32
	SizeofHostent  = 20
)

// Put writes SizeofAddrinfo bytes.
func (a Addrinfo) Put(b []byte) {
	_ = b[SizeofAddrinfo-1]
	le.PutUint32(b, uint32(a.Flags))
	le.PutUint32(b[4:], uint32(a.Family))
	le.PutUint32(b[8:], uint32(a.Socktype))
	le.PutUint32(b[12:], uint32(a.Protocol))
	le.PutUint32(b[16:], a.Addrlen)
	le.PutUint32(b[20:], uint32(a.Addr))
	le.PutUint32(b[24:], uint32(a.Canonname))
	le.PutUint32(b[28:], uint32(a.Next))
}

// ParseAddrinfo reads what Put writes; ok is false if b is too short.
func ParseAddrinfo(b []byte) (a Addrinfo, ok bool) {
	if len(b) < SizeofAddrinfo {
		return a, false
	}
	return Addrinfo{
		Flags: int32(le.Uint32(b)), Family: int32(le.Uint32(b[4:])), Socktype: int32(le.Uint32(b[8:])),
		Protocol: int32(le.Uint32(b[12:])), Addrlen: le.Uint32(b[16:]), Addr: Ptr(le.Uint32(b[20:])),
		Canonname: Ptr(le.Uint32(b[24:])), Next: Ptr(le.Uint32(b[28:])),
	}, true
}

// Put writes SizeofHostent bytes.
func (h Hostent) Put(b []byte) {
	_ = b[SizeofHostent-1]
	le.PutUint32(b, uint32(h.Name))
	le.PutUint32(b[4:], uint32(h.Aliases))
	le.PutUint32(b[8:], uint32(h.Addrtype))
	le.PutUint32(b[12:], uint32(h.Length))
	le.PutUint32(b[16:], uint32(h.AddrList))
}

// ParseHostent reads what Put writes; ok is false if b is too short.
func ParseHostent(b []byte) (h Hostent, ok bool) {
	if len(b) < SizeofHostent {
		return h, false
	}
	return Hostent{
		Name: Ptr(le.Uint32(b)), Aliases: Ptr(le.Uint32(b[4:])), Addrtype: int32(le.Uint32(b[8:])),
		Length: int32(le.Uint32(b[12:])), AddrList: Ptr(le.Uint32(b[16:])),
	}, true
}
