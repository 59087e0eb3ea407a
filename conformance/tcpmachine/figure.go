package tcpmachine

import "stackproof/conformance/cases/oracle"

// Edge is an arrow of figure 5 of RFC 9293, or of a note below it.
type Edge struct {
	From, To oracle.State
	Label    string // as the figure has it
	Note     string // which note, if it is not drawn
	// by are the events that stand for the label, on the way here.
	by []string
	// passive: the note is about a connection that came from LISTEN.
	passive bool
	// unasked says why no call of a socket can ask for it.
	unasked string
}

// figure is figure 5, from the top to the bottom, and notes 1 and 2. Note 3, a reset in any state, is 3.10.7's business.
var figure = []Edge{
	{From: oracle.Closed, To: oracle.Listen, Label: "passive OPEN", by: []string{"listen"}},
	{From: oracle.Closed, To: oracle.SynSent, Label: "active OPEN / snd SYN", by: []string{"connect"}},
	{From: oracle.Listen, To: oracle.Closed, Label: "CLOSE", by: []string{"close"}},
	{From: oracle.Listen, To: oracle.SynReceived, Label: "rcv SYN / snd SYN,ACK", by: []string{"SYN"}},
	{From: oracle.Listen, To: oracle.SynSent, Label: "SEND / snd SYN", by: []string{"send"},
		unasked: "a socket that listens never becomes a connection"},
	{From: oracle.SynSent, To: oracle.Closed, Label: "CLOSE", by: []string{"close"}},
	{From: oracle.SynSent, To: oracle.Established, Label: "rcv SYN,ACK / snd ACK", by: []string{"SYN,ACK"}},
	{From: oracle.SynSent, To: oracle.SynReceived, Label: "rcv SYN / snd SYN,ACK", by: []string{"SYN"}},
	{From: oracle.SynReceived, To: oracle.Established, Label: "rcv ACK of SYN", by: []string{"ACK"}},
	{From: oracle.SynReceived, To: oracle.Listen, Label: "rcv RST", Note: "note 1", by: []string{"RST"}, passive: true},
	{From: oracle.SynReceived, To: oracle.FinWait1, Label: "CLOSE / snd FIN", by: []string{"shutdown", "close"}},
	{From: oracle.Established, To: oracle.FinWait1, Label: "CLOSE / snd FIN", by: []string{"shutdown", "close"}},
	{From: oracle.Established, To: oracle.CloseWait, Label: "rcv FIN / snd ACK", by: []string{"FIN,ACK"}},
	{From: oracle.FinWait1, To: oracle.FinWait2, Label: "rcv ACK of FIN", by: []string{"ACK"}},
	{From: oracle.FinWait1, To: oracle.Closing, Label: "rcv FIN / snd ACK", by: []string{"FIN,ACK(old)"}},
	{From: oracle.FinWait1, To: oracle.TimeWait, Label: "rcv FIN, ACK of FIN / snd ACK", Note: "note 2", by: []string{"FIN,ACK"}},
	{From: oracle.FinWait2, To: oracle.TimeWait, Label: "rcv FIN / snd ACK", by: []string{"FIN,ACK"}},
	{From: oracle.CloseWait, To: oracle.LastAck, Label: "CLOSE / snd FIN", by: []string{"shutdown", "close"}},
	{From: oracle.Closing, To: oracle.TimeWait, Label: "rcv ACK of FIN", by: []string{"ACK"}},
	{From: oracle.LastAck, To: oracle.Closed, Label: "rcv ACK of FIN", by: []string{"ACK"}},
	{From: oracle.TimeWait, To: oracle.Closed, Label: "Timeout=2MSL", by: []string{"wait"}},
}

// source is where the edge stands.
func (e *Edge) source() string {
	if e.Note != "" {
		return "figure 5, " + e.Note
	}
	return "figure 5"
}

// places are the states with the shortest way to each by the figure's edges, and SYN-RECEIVED also as LISTEN gets there.
func places() []place {
	named := map[string]event{}
	for _, e := range events() {
		named[e.name] = e
	}
	found := []place{{state: oracle.Closed}}
	seen := map[oracle.State]bool{oracle.Closed: true}
	for i := 0; i < len(found); i++ {
		from := found[i]
		if from.mute {
			continue // what accept would give is not needed: the active way leads on
		}
		for _, e := range figure {
			twice := e.From == oracle.Listen && e.To == oracle.SynReceived
			if e.From != from.state || e.unasked != "" || e.passive || seen[e.To] && !twice {
				continue
			}
			way := append(from.way[:len(from.way):len(from.way)], named[e.by[0]])
			found = append(found, place{e.To, twice, way, twice})
			seen[e.To] = seen[e.To] || !twice
		}
	}
	return found
}
