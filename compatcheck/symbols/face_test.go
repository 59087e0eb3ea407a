package symbols

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip"
)

// TestFaceHas: what is said to be provided is there.
func TestFaceHas(t *testing.T) {
	type face = *lwip.Face
	has := map[string]any{
		"accept": face.Accept, "bind": face.Bind, "close": face.Close, "connect": face.Connect, "fcntl": face.Fcntl,
		"freeaddrinfo": lwip.AddrInfo{}, // the caller's own, which nobody has to free
		"getaddrinfo":  face.GetAddrInfo, "gethostbyname": face.GetHostByName, "gethostbyname_r": face.GetHostByNameR,
		"getpeername": face.PeerName, "getsockname": face.SockName, "getsockopt": face.GetSockOpt, "if_indextoname": lwip.IndexToName,
		"if_nametoindex": lwip.NameToIndex, "inet_ntop": lwip.InetNtop, "inet_pton": lwip.InetPton, "ioctl": face.Ioctl,
		"listen": face.Listen, "poll": face.Poll, "read": face.Read, "readv": face.ReadV, "recv": face.Recv, "recvfrom": face.RecvFrom,
		"recvmsg": face.RecvMsg, "select": face.Select, "send": face.Send, "sendmsg": face.SendMsg, "sendto": face.SendTo,
		"setsockopt": face.SetSockOpt, "shutdown": face.Shutdown, "socket": face.Socket, "write": face.Write, "writev": face.WriteV,
	}
	var names []string
	for name := range has {
		names = append(names, name)
	}
	slices.Sort(names)
	require.Equal(t, names, provided)
}
