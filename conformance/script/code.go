package script

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Block is a block of code, which is run after the program has: on the figures that were read at its time.
type Block struct {
	Line    int
	Event   int // the first of its events
	Figures []CodeFigure
	run     []statement
}

// CodeFigure is a figure under the name that code has for it.
type CodeFigure struct {
	Name  string // tcpi_state
	Event int    // that reads it
}

// info is a figure of a connection in code: which of the stack's it is, and how its numbers are called there.
type info struct {
	figure sut.Figure
	value  func(int64) int64 // nil: as it is
}

// infos are the members of struct tcp_info that have a figure.
var infos = map[string]info{
	"tcpi_state":        {sut.FigTCPState, linuxState},
	"tcpi_unacked":      {figure: sut.FigUnacked},
	"tcpi_sacked":       {figure: sut.FigSacked},
	"tcpi_lost":         {figure: sut.FigLost},
	"tcpi_retrans":      {figure: sut.FigRetrans},
	"tcpi_retransmits":  {figure: sut.FigRetries},
	"tcpi_backoff":      {figure: sut.FigBackoff},
	"tcpi_rto":          {figure: sut.FigRTO},
	"tcpi_rtt":          {figure: sut.FigRTT},
	"tcpi_rttvar":       {figure: sut.FigRTTVar},
	"tcpi_snd_cwnd":     {figure: sut.FigCwnd},
	"tcpi_snd_ssthresh": {figure: sut.FigSSThresh},
	"tcpi_snd_mss":      {figure: sut.FigSndMSS},
	"tcpi_rcv_mss":      {figure: sut.FigRcvMSS},
	"tcpi_reordering":   {figure: sut.FigReordering},
	"tcpi_options":      {figure: sut.FigTCPOptions},
	"tcpi_snd_wscale":   {figure: sut.FigSndWScale},
	"tcpi_rcv_wscale":   {figure: sut.FigRcvWScale},
	"tcpi_ca_state":     {figure: sut.FigCAState},
	"tcpi_advmss":       {figure: sut.FigAdvMSS},
	"tcpi_snd_wnd":      {figure: sut.FigSndWnd},
	"tcpi_rcv_wnd":      {figure: sut.FigRcvWnd},
}

// linuxStates are Linux's numbers for the states, in the order of sut.FigTCPState.
var linuxStates = []int64{7, 10, 2, 3, 1, 4, 5, 8, 11, 9, 6}

func linuxState(n int64) int64 {
	if n >= 0 && n < int64(len(linuxStates)) {
		return linuxStates[n]
	}
	return n
}

// codeConstants are the names of numbers in code.
var codeConstants = withStates(map[string]int64{
	"True": 1, "False": 0, "TCPI_OPT_TIMESTAMPS": 1, "TCPI_OPT_SACK": 2, "TCPI_OPT_WSCALE": 4, "TCPI_OPT_ECN": 8,
	"TCPI_OPT_ECN_SEEN": 16, "TCPI_OPT_SYN_DATA": 32, "TCP_CA_Open": 0, "TCP_CA_Disorder": 1, "TCP_CA_CWR": 2,
	"TCP_CA_Recovery": 3, "TCP_CA_Loss": 4, "TCP_INFINITE_SSTHRESH": 0x7fffffff,
})

// withStates adds the states, under Linux's names and FreeBSD's, with Linux's numbers.
func withStates(m map[string]int64) map[string]int64 {
	for i, names := range [][]string{
		{"CLOSE", "CLOSED"}, {"LISTEN"}, {"SYN_SENT"}, {"SYN_RECV", "SYN_RECEIVED"}, {"ESTABLISHED"}, {"FIN_WAIT1", "FIN_WAIT_1"},
		{"FIN_WAIT2", "FIN_WAIT_2"}, {"CLOSE_WAIT"}, {"CLOSING"}, {"LAST_ACK"}, {"TIME_WAIT"},
	} {
		for _, n := range names {
			m["TCP_"+n], m["TCPI_"+n] = linuxStates[i], linuxStates[i]
		}
	}
	return m
}

// code compiles a block of code into events that read its figures, one after the other, at its time.
func (c *compiler) code(ev *vm.Event, k *Code) (more []vm.Event) {
	run, names, cause := parseCode(k.Text)
	if cause != "" {
		c.fail(k.Pos, "code", "%s", cause)
	}
	b := Block{Line: k.Pos.Line, Event: len(c.out.Program.Events), run: run}
	ev.Kind = vm.Wait
	for i, name := range names {
		in, ok := infos[name]
		if !ok {
			c.lack(k.Pos, "code", "the figure %s", name)
		}
		if c.subject == nil {
			c.fail(k.Pos, "code", "`%s`: no call has accepted or connected a socket", name)
		}
		read := vm.Event{Kind: vm.Inspect, Figure: in.figure, Check: vm.Capture, Var: codeVar}
		read.Call.FD = sut.FD(*c.subject)
		b.Figures = append(b.Figures, CodeFigure{name, b.Event + i})
		c.need(sut.FeatureTCPInfo)
		if i == 0 {
			read.Mode, read.At = ev.Mode, ev.At
			*ev = read
		} else {
			more = append(more, read)
		}
	}
	c.out.Blocks = append(c.out.Blocks, b)
	return more
}

// RunCode runs the blocks whose events the run has passed: those before the event at which it ended, or all. figures
// are what the events read. It answers the line of the first assertion that does not hold, and why; 0: all hold.
func (c *Compiled) RunCode(figures map[int]int64, end int) (line int, why string) {
	m := memory{}
	for _, b := range c.Blocks {
		if b.Event+max(len(b.Figures), 1) > end {
			break
		}
		for _, f := range b.Figures {
			n := figures[f.Event]
			if convert := infos[f.Name].value; convert != nil {
				n = convert(n)
			}
			m[f.Name] = n
		}
		for i := range b.run {
			if why := b.run[i].do(m); why != "" {
				return b.Line, why
			}
		}
	}
	return 0, ""
}
