package tcpmachine

import (
	"fmt"
	"html"
	"io"
	"strings"

	"stackproof/conformance/cases/oracle"
)

// arrow is a transition with all the events that make it.
type arrow struct {
	from, to string
	state    [2]oracle.State
	known    bool
	drawn    bool     // figure 5 has it, so
	label    string   // is its label there
	events   []string // else these make it
	differs  bool
}

// arrows are the machine's transitions, in the order in which they were met.
func (m *Machine) arrows() (all []*arrow) {
	found := map[[2]string]*arrow{}
	for i := range m.Steps {
		s := &m.Steps[i]
		if !s.Moves() {
			continue
		}
		key := [2]string{s.From.String(), s.After()}
		a := found[key]
		if a == nil {
			a = &arrow{from: key[0], to: key[1], state: [2]oracle.State{s.From, s.To}, known: s.Known}
			found[key] = a
			all = append(all, a)
		}
		if e := edgeOf(s); e != nil {
			a.drawn, a.label = true, e.Label
		}
		a.events = append(a.events, s.Event)
		a.differs = a.differs || s.Difference != ""
	}
	return all
}

// text is the label of an arrow.
func (a *arrow) text() string {
	if a.drawn {
		return a.label
	}
	return strings.Join(a.events, " | ")
}

// colour: what figure 5 has is black, what only the text of RFC 9293 has is grey, and what differs is red.
func (a *arrow) colour() string {
	switch {
	case a.differs:
		return "red"
	case a.drawn:
		return "black"
	}
	return "silver"
}

// Dot writes the machine as text for Graphviz.
func (m *Machine) Dot(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n\tnode [shape=box]\n", m.Stack)
	for _, a := range m.arrows() {
		fmt.Fprintf(&b, "\t%q -> %q [label=%q color=%s]\n", a.from, a.to, a.text(), a.colour())
	}
	for _, e := range m.Missing {
		fmt.Fprintf(&b, "\t%q -> %q [label=%q color=red style=dashed]\n", e.From, e.To, "lacks "+e.Label)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// seat is where a state stands: in columns and rows, about as in figure 5.
var seat = map[oracle.State][2]float64{
	oracle.Closed: {1, 0}, oracle.Listen: {1, 1}, oracle.SynReceived: {0, 2}, oracle.SynSent: {2, 2}, oracle.Established: {1, 3},
	oracle.FinWait1: {0, 4}, oracle.CloseWait: {2, 4}, oracle.FinWait2: {0, 5}, oracle.Closing: {1, 5}, oracle.LastAck: {2, 5},
	oracle.TimeWait: {1, 6},
}

// around is which point draws an arrow to itself that else ran through boxes, in columns and rows.
var around = map[[2]oracle.State][2]float64{
	{oracle.LastAck, oracle.Closed}:  {3.5, 1.5},
	{oracle.TimeWait, oracle.Closed}: {-2.8, 4.3},
}

const (
	column, row       = 320.0, 130.0
	boxWide, boxTall  = 130.0, 34.0
	svgWide, svgTall  = 2*column + svgLeft + 260, 6*row + 2*svgAbove
	svgLeft, svgAbove = 370.0, 50.0
)

// point is the place of a column and a row in the drawing.
func point(at [2]float64) (x, y float64) { return svgLeft + at[0]*column, svgAbove + at[1]*row }

// centre of a state's box.
func centre(s oracle.State) (x, y float64) { return point(seat[s]) }

// SVG writes the machine as a drawing that a browser shows. What leads to a state that has no name is not in it.
func (m *Machine) SVG(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="sans-serif" font-size="11">`+"\n", svgWide, svgTall)
	fmt.Fprintf(&b, "<title>TCP of %s</title>\n<defs>\n", html.EscapeString(m.Stack))
	for _, colour := range []string{"black", "silver", "red"} {
		fmt.Fprintf(&b, `<marker id="%s" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="%s"/></marker>`+"\n", colour, colour)
	}
	b.WriteString("</defs>\n")
	var labels strings.Builder                 // above all
	for _, pass := range []bool{false, true} { // what the figure has lies above the rest
		for _, a := range m.arrows() {
			if a.known && (a.drawn || a.differs) == pass {
				line(&b, a.state, a.colour(), "", a.text())
			}
			if a.known && (a.drawn || a.differs) && pass {
				say(&labels, a.state, a.colour(), a.text())
			}
		}
	}
	for _, e := range m.Missing {
		way, lack := [2]oracle.State{e.From, e.To}, "lacks "+e.Label
		line(&b, way, "red", ` stroke-dasharray="5 4"`, lack)
		say(&labels, way, "red", lack)
	}
	for s := oracle.Closed; s <= oracle.TimeWait; s++ {
		x, y := centre(s)
		fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="5" fill="white" stroke="black"/>`, x-boxWide/2, y-boxTall/2, boxWide, boxTall)
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" text-anchor="middle" font-weight="bold">%s</text>`+"\n", x, y+4, s)
	}
	b.WriteString(labels.String())
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// bend is the point that draws an arrow to itself: a little to its right, so that its opposite has a place of its own.
func bend(way [2]oracle.State) (x, y float64) {
	if at, ok := around[way]; ok {
		return point(at)
	}
	x1, y1 := centre(way[0])
	x2, y2 := centre(way[1])
	return (x1+x2)/2 + (y1-y2)/6, (y1+y2)/2 + (x2-x1)/6
}

// line draws an arrow from box to box.
func line(b *strings.Builder, way [2]oracle.State, colour, style, label string) {
	x1, y1 := centre(way[0])
	x2, y2 := centre(way[1])
	mx, my := bend(way)
	x1, y1 = edge(x1, y1, mx, my)
	x2, y2 = edge(x2, y2, mx, my)
	fmt.Fprintf(b, `<path d="M%.1f %.1fQ%.1f %.1f %.1f %.1f" fill="none" stroke="%s"%s marker-end="url(#%s)"><title>%s</title></path>`+"\n",
		x1, y1, mx, my, x2, y2, colour, style, colour, html.EscapeString(label))
}

// say writes an arrow's label at the middle of it; beside it, where it leads straight up or down.
func say(b *strings.Builder, way [2]oracle.State, colour, label string) {
	x1, y1 := centre(way[0])
	x2, y2 := centre(way[1])
	mx, my := bend(way)
	anchor, beside := "middle", 0.0
	switch _, far := around[way]; {
	case x1 == x2 && mx < x1 && !far:
		anchor, beside = "end", -4
	case x1 == x2 || far:
		anchor, beside = "start", 4
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" stroke="white" stroke-width="6" paint-order="stroke">%s</text>`+"\n",
		(x1+2*mx+x2)/4+beside, (y1+2*my+y2)/4+4, anchor, colour, html.EscapeString(label))
}

// edge is where the line from a box's centre to a point leaves the box.
func edge(x, y, tx, ty float64) (ex, ey float64) {
	dx, dy := tx-x, ty-y
	k := min(over(boxWide/2, dx), over(boxTall/2, dy))
	return x + k*dx, y + k*dy
}

// over is by which part of d one comes to half.
func over(half, d float64) float64 {
	if d == 0 {
		return 1e9
	}
	return max(half/d, -half/d)
}
