package symbols

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJudge(t *testing.T) {
	app := Object{Name: "app.o", Defined: []string{"app_main", "connect"}, Wanted: []string{"lwip_socket", "lwip_socket", "tcp_new", "memcpy", "lwip_x", "helper"}}
	other := Object{Name: "lib.a(other.o)", Defined: []string{"helper"}, Wanted: []string{"tcp_new", "read", "connect"}}
	core := Object{Name: "liblwip.a(sockets.o)", Defined: []string{"lwip_send", "lwip_socket"}, Wanted: []string{"pbuf_alloc"}}

	lines := func(objects ...Object) (got []string, j *Judgement) {
		j = Judge(objects)
		for _, f := range j.Findings {
			got = append(got, f.String())
		}
		return got, j
	}
	got, j := lines(app, other)
	require.Equal(t, []string{
		"lwip_socket",
		"lwip_x: no name of lwIP's or ESP-IDF's that is known here; app.o wants it",
		"read: ESP-IDF's VFS calls lwip_read",
		"tcp_new: lwIP's own, behind the sockets: the link takes it from lwIP, or fails; app.o and 1 more want it",
	}, got)
	require.Equal(t, 2, j.Other)
	require.Zero(t, j.LwIP)
	require.Equal(t, []int{2, 1, 1}, []int{j.Count(Provided), j.Count(FallsThrough), j.Count(Unknown)})

	got, j = lines(app, other, core)
	require.Equal(t, "lwip_socket: liblwip.a(sockets.o) has it, and answers in the face's place; app.o wants it", got[0])
	require.Len(t, got, 4, "what lwIP itself wants counts for nothing")
	require.Equal(t, 1, j.LwIP)
}
