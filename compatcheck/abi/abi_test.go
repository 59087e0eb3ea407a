package abi

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip/abi"
)

// structure is one of the structures: its name in C and in Go, and a value of the type.
type structure struct {
	c      string
	sizeof int
	value  putter
}

// putter is what all of package abi's structures are.
type putter interface{ Put(b []byte) }

var structures = []structure{
	{"struct sockaddr", abi.SizeofSockaddr, abi.Sockaddr{}},
	{"struct sockaddr_in", abi.SizeofSockaddrIn, abi.SockaddrIn{}},
	{"struct sockaddr_in6", abi.SizeofSockaddrIn6, abi.SockaddrIn6{}},
	{"struct sockaddr_storage", abi.SizeofSockaddrStorage, abi.SockaddrStorage{}},
	{"struct timeval", abi.SizeofTimeval, abi.Timeval{}},
	{"struct linger", abi.SizeofLinger, abi.Linger{}},
	{"struct ip_mreq", abi.SizeofIPMreq, abi.IPMreq{}},
	{"struct ipv6_mreq", abi.SizeofIPv6Mreq, abi.IPv6Mreq{}},
	{"struct in_pktinfo", abi.SizeofInPktinfo, abi.InPktinfo{}},
	{"struct ifreq", abi.SizeofIfreq, abi.Ifreq{}},
	{"fd_set", abi.SizeofFdSet, abi.FdSet{}},
	{"struct pollfd", abi.SizeofPollfd, abi.Pollfd{}},
	{"struct iovec", abi.SizeofIovec, abi.Iovec{}},
	{"struct msghdr", abi.SizeofMsghdr, abi.Msghdr{}},
	{"struct cmsghdr", abi.SizeofCmsghdr, abi.Cmsghdr{}},
	{"struct addrinfo", abi.SizeofAddrinfo, abi.Addrinfo{}},
	{"struct hostent", abi.SizeofHostent, abi.Hostent{}},
}

// sizes are what else has a Sizeof: no structure of package abi, or no structure at all.
var sizes = []struct {
	c, name string
	sizeof  int
}{
	{"struct in_addr", "SizeofInAddr", abi.SizeofInAddr},
	{"struct in6_addr", "SizeofIn6Addr", abi.SizeofIn6Addr},
	{"int", "SizeofInt", abi.SizeofInt},
}

// number is a constant of package abi. A C constant may be of a signed type where Go's is a uint32: bits says that only
// the 32 bits count.
type number struct {
	name  string
	value int64
	bits  bool
}

// numbers are all exported constants of package abi but the Sizeof ones, by name.
func numbers(t *testing.T) (all []number, sizeofs []string, typenames []string) {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join("..", "..", "stack", "socket", "lwip", "abi", "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	// No constant needs what the package imports, so that the errors that come of not importing it do no harm.
	conf := types.Config{Error: func(error) {}}
	pkg, _ := conf.Check("abi", fset, files, nil)
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		switch o := scope.Lookup(name).(type) {
		case *types.TypeName:
			typenames = append(typenames, name)
		case *types.Const:
			if !o.Exported() {
				continue
			}
			if strings.HasPrefix(name, "Sizeof") {
				sizeofs = append(sizeofs, name)
				continue
			}
			v, exact := constant.Int64Val(o.Val())
			require.True(t, exact, name)
			basic, _ := o.Type().Underlying().(*types.Basic)
			all = append(all, number{name, v, basic.Kind() == types.Uint32})
		}
	}
	return all, sizeofs, typenames
}

// TestAll: nothing in package abi is left out of the comparison but what the lists name, and they name nothing else.
func TestAll(t *testing.T) {
	all, sizeofs, typenames := numbers(t)
	require.Greater(t, len(all), 200)
	for list, names := range map[string]map[string]string{"espressif": espressif, "ours": ours} {
		for name := range names {
			require.True(t, slices.ContainsFunc(all, func(n number) bool { return n.name == name }), "%s: no constant %s", list, name)
		}
	}
	for _, s := range structures {
		name := reflect.TypeOf(s.value).Name()
		require.Contains(t, typenames, name)
		require.Contains(t, sizeofs, "Sizeof"+name)
	}
	require.Len(t, typenames, len(structures)+len([]string{"Ptr", "Errno", "Err"}))
	require.Len(t, sizeofs, len(structures)+len(sizes))
}

// TestABI is the comparison.
func TestABI(t *testing.T) {
	all, _, _ := numbers(t)
	c := compile(t, source(all))
	differences := compare(all, structures, c)
	for _, d := range differences {
		t.Error(d)
	}
	var not []string
	for name, where := range espressif {
		not = append(not, name+" ("+where+")")
	}
	slices.Sort(not)
	t.Logf("abi: constants=%d structures=%d differences=%d espressif=%d", len(all)-len(espressif)-len(ours), len(structures), len(differences), len(espressif))
	t.Logf("not compared, since only Espressif's headers have them: %s", strings.Join(not, ", "))
}

// TestCompareCanFail: one number, one size, one offset and one byte wrong, each found.
func TestCompareCanFail(t *testing.T) {
	all, _, _ := numbers(t)
	c := compile(t, source(all))
	require.Empty(t, compare(all, structures, c))

	wrong := slices.Clone(all)
	i := slices.IndexFunc(wrong, func(n number) bool { return n.name == "ENOTCONN" })
	wrong[i].value = 107
	require.Equal(t, []string{"ENOTCONN: 128 in C, 107 here"}, compare(wrong, structures, c))

	linger := slices.IndexFunc(structures, func(s structure) bool { return s.c == "struct linger" })
	changed := slices.Clone(structures)
	changed[linger].sizeof = 12
	require.Equal(t, []string{"struct linger: 8 bytes in C, 12 here"}, compare(all, changed, c))

	changed = slices.Clone(structures)
	changed[linger].value = swapped{}
	require.Equal(t, []string{
		"struct linger: l_onoff has 4 bytes from 0 on in C, 4 from 4 on here",
		"struct linger: l_linger has 4 bytes from 4 on in C, 4 from 0 on here",
		"struct linger: 01020304 05060708 in C, 05060708 01020304 here",
	}, compare(all, changed, c))
}

// swapped is struct linger with its members in the wrong order.
type swapped abi.Linger

func (s swapped) Put(b []byte) { abi.Linger{OnOff: s.Linger, Linger: s.OnOff}.Put(b) }

// member is where a field lies in memory, found by looking at what Put writes.
type member struct {
	name         string // in C
	offset, size int
}

// members are the fields of a structure that have a name in C.
func members(s structure) (all []member) {
	typ := reflect.TypeOf(s.value)
	if typ.Kind() != reflect.Struct {
		return nil
	}
	for i := range typ.NumField() {
		name := typ.Field(i).Tag.Get("c")
		if name == "" {
			continue
		}
		v := reflect.New(typ).Elem()
		fill(v.Field(i), func() byte { return 0xFF })
		b := memory(s, v)
		m := member{name: name, offset: slices.Index(b, 0xFF)}
		for ; m.offset+m.size < len(b) && b[m.offset+m.size] == 0xFF; m.size++ {
		}
		all = append(all, m)
	}
	return all
}

// fill gives each byte of a value what next says, in the order in which they lie in memory.
func fill(v reflect.Value, next func() byte) {
	switch v.Kind() {
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), next)
		}
	default:
		var n uint64
		for i := range v.Type().Size() {
			n |= uint64(next()) << (8 * i)
		}
		if v.CanUint() {
			v.SetUint(n)
		} else {
			shift := 64 - 8*v.Type().Size()
			v.SetInt(int64(n<<shift) >> shift)
		}
	}
}

// example is a structure in which every byte that counts is another, as a Go value.
func example(s structure) reflect.Value {
	v := reflect.New(reflect.TypeOf(s.value)).Elem()
	n := byte(0)
	fill(v, func() byte { n++; return n })
	return v
}

func memory(s structure, v reflect.Value) []byte {
	b := make([]byte, max(s.sizeof, 64))
	v.Interface().(putter).Put(b)
	return b[:s.sizeof]
}

// compare lists what is not in Go as it is in C.
func compare(all []number, structures []structure, c *object) (differences []string) {
	report := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	values := c.words("numbers")
	for i, n := range inC(all) {
		defined, v := values[2*i], values[2*i+1]
		if n.bits {
			v = int64(uint32(v))
		}
		if defined == 0 {
			report("%s: not in C", n.name)
		} else if v != n.value {
			report("%s: %d in C, %d here", n.name, v, n.value)
		}
	}
	for i, v := range c.words("sizes") {
		if int(v) != sizes[i].sizeof {
			report("%s: %d bytes in C, %d here", sizes[i].c, v, sizes[i].sizeof)
		}
	}
	for i, s := range structures {
		layout := c.words(fmt.Sprintf("layout%d", i))
		if int(layout[0]) != s.sizeof {
			report("%s: %d bytes in C, %d here", s.c, layout[0], s.sizeof)
			continue
		}
		for j, m := range members(s) {
			if offset, size := int(layout[1+2*j]), int(layout[2+2*j]); offset != m.offset || size != m.size {
				report("%s: %s has %d bytes from %d on in C, %d from %d on here", s.c, m.name, size, offset, m.size, m.offset)
			}
		}
		if want, got := c.bytes(fmt.Sprintf("example%d", i)), memory(s, example(s)); !slices.Equal(want, got) {
			report("%s: %s in C, %s here", s.c, hex(want), hex(got))
		}
	}
	return differences
}

// inC are the numbers that C has too.
func inC(all []number) []number {
	return slices.DeleteFunc(slices.Clone(all), func(n number) bool {
		return espressif[n.name] != "" || ours[n.name] != ""
	})
}

func hex(b []byte) string {
	var words []string
	for w := range slices.Chunk(b, 4) {
		words = append(words, fmt.Sprintf("%x", w))
	}
	return strings.Join(words, " ")
}
