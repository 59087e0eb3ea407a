package script

// link parses `link up` and `link down`.
func (p *parser) link() *Link {
	p.take()
	switch {
	case p.acceptWord("up"):
		return &Link{Up: true}
	case p.acceptWord("down"):
		return &Link{}
	}
	p.unexpected("link", "`up` or `down`")
	return nil
}

func isName(c byte) bool { return isWord(c) || c == '.' || c == '-' }

// name takes the name of a knob, a figure or a TCP state.
func (p *parser) name(what string) string {
	p.rescan(isName)
	if p.tok.kind != tokWord {
		p.unexpected(what, "a name")
	}
	return p.take().text
}

// knob parses `knob tcp.msl-ms = 1000`.
func (p *parser) knob() *Knob {
	p.take()
	k := &Knob{Pos: p.tok.pos}
	k.Name = p.name("knob")
	p.expect("knob", "=")
	k.Value = p.number("knob", 1<<31)
	return k
}

// inspect parses `inspect tcp.state(4) = ESTABLISHED` and `inspect drops >= 1`.
func (p *parser) inspect() *Inspect {
	p.take()
	i := &Inspect{Pos: p.tok.pos}
	i.Name = p.name("inspect")
	if p.accept("(") {
		if p.tok.kind == tokWord {
			if i.State = p.name("inspect"); !knownState(i.State) {
				p.failf(i.Pos, "inspect", "`%s` is no TCP state", i.State)
			}
		} else {
			i.HasFD = true
			i.FD = int64(p.number("inspect", maxFD).N)
		}
		p.expect("inspect", ")")
	}
	i.Op = p.compareOp("inspect")
	if p.is("$") {
		i.Value = p.value("inspect")
		return i
	}
	i.Value.Pos = p.tok.pos
	text := p.name("inspect")
	if n, err := parseUint(text); err == nil && n <= 1<<32-1 {
		i.Value.Num.N = uint32(n)
	} else if i.Value.Text = text; !knownState(text) {
		p.failf(i.Value.Pos, "inspect", "`%s` is neither a number of 32 bits nor a TCP state", text)
	}
	return i
}

// compareOp takes = != >= <= or &.
func (p *parser) compareOp(what string) string {
	t := p.tok
	if t.kind == tokPunct {
		switch t.text {
		case "=", "&":
			p.take()
			return t.text
		case "!", ">", "<":
			p.take()
			p.expect(what, "=")
			return t.text + "="
		}
	}
	p.unexpected(what, "= != >= <= or &")
	return ""
}

// fieldOp takes what compareOp takes, or +=.
func (p *parser) fieldOp(what string) string {
	if p.accept("+") {
		p.expect(what, "=")
		return "+="
	}
	return p.compareOp(what)
}
