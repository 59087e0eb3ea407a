package symbols

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/conformance/peers/lwip"
)

var update = flag.Bool("update", false, "write lwip.txt anew")

// public are the headers that a program may take in; what they declare is lwIP's interface.
var public = []string{
	"altcp", "altcp_tcp", "altcp_tls", "api", "autoip", "def", "dhcp", "dhcp6", "dns", "err", "etharp", "ethip6", "icmp", "icmp6",
	"if_api", "igmp", "inet_chksum", "init", "ip", "ip4", "ip4_addr", "ip4_frag", "ip6", "ip6_addr", "ip6_frag", "ip_addr",
	"mem", "memp", "mld6", "nd6", "netbuf", "netdb", "netif", "netifapi", "pbuf", "raw", "sockets", "stats", "sys", "tcp",
	"tcpip", "timeouts", "udp", "priv/tcpip_priv",
}

// options turn on what the peer does without, so that the headers declare all of it.
var options = []string{"LWIP_DNS", "LWIP_DHCP", "LWIP_AUTOIP", "LWIP_IPV6_DHCP6", "LWIP_ALTCP", "LWIP_ALTCP_TLS", "LWIP_NETIF_EXT_STATUS_CALLBACK", "LWIP_NETIF_STATUS_CALLBACK"}

// declared are the functions that lwIP's headers declare, which the compiler lists.
func declared(t *testing.T) []string {
	t.Helper()
	repo, err := lwip.Repo(".")
	require.NoError(t, err)
	if _, err := exec.LookPath("gcc"); err != nil {
		notrun.Skip(t, "symbols", "package gcc is missing")
	}
	src, err := lwip.Source(context.Background(), repo, t.Output())
	if errors.Is(err, lwip.ErrUnavailable) {
		t.Skipf("NOTRUN symbols: %v", err) // where there is no source there is nothing to install either
	}
	require.NoError(t, err)
	var c strings.Builder
	c.WriteString("#include \"lwipopts.h\"\n")
	for _, o := range options {
		c.WriteString("#undef " + o + "\n#define " + o + " 1\n")
	}
	for _, h := range public {
		c.WriteString("#include \"lwip/" + h + ".h\"\n")
	}
	dir := t.TempDir()
	file, list := filepath.Join(dir, "all.c"), filepath.Join(dir, "list")
	require.NoError(t, os.WriteFile(file, []byte(c.String()), 0o666))
	include := filepath.Join(src, "include")
	said, err := exec.Command("gcc", "-fsyntax-only", "-aux-info", list, "-I"+include, "-I"+filepath.Join(repo, lwip.Folder, "shim"), file).CombinedOutput()
	require.NoError(t, err, string(said))
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^/\* ` + regexp.QuoteMeta(include) + `\S* \*/ extern [^(]*?(\w+) \(`)
	var names []string
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestLwIPsNames: the list of lwIP's names is what its headers declare, and all of the sockets' are known.
func TestLwIPsNames(t *testing.T) {
	names := declared(t)
	require.Greater(t, len(names), 300)
	for _, name := range provided {
		require.Contains(t, names, prefix+name)
	}
	text := strings.Join(names, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile("lwip.txt", []byte(text), 0o666))
	}
	require.Equal(t, text, lwipText, "lwip.txt is not what lwIP %s declares: go test ./compatcheck/symbols -update", lwip.Version)
}

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		name string
		kind Kind
		why  string
	}{
		{"lwip_socket", Provided, ""},
		{"lwip_getaddrinfo", Provided, ""},
		{"select", Provided, "ESP-IDF's VFS calls lwip_select"},
		{"if_nametoindex", Provided, "lwip_if_nametoindex"},
		{"socket", FallsThrough, "make lwip_socket of it"},
		{"closesocket", FallsThrough, "make lwip_close of it"},
		{"writev", FallsThrough, "has it not"},
		{"tcp_new", FallsThrough, "lwIP's own"},
		{"netconn_connect", FallsThrough, "lwIP's own"},
		{"tcpip_api_call", FallsThrough, "lwIP's own"},
		{"ip4addr_aton", FallsThrough, "lwIP's own"},
		{"pbuf_alloc", FallsThrough, "lwIP's own"},
		{"lwip_socket_thread_init", FallsThrough, "lwIP's own"},
		{"h_errno", FallsThrough, "lwIP's own"},
		{"lwip_nonsense", Unknown, "no name"},
		{"memcpy", Other, ""},
		{"tcp_server_start", Other, ""},
		{"", Other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, why := kindOf(c.name)
			require.Equal(t, c.kind, kind)
			require.Contains(t, why, c.why)
		})
	}
}
