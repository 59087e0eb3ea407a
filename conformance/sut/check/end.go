package check

// mortal is a stack whose side is a process that ends when the tester has no more to ask.
type mortal interface {
	// Leave says bye, or closes the process's standard input without a word, and waits for the end. The error says that
	// the process did not end, or not well.
	Leave(bye bool) error
	// Mortal tells whether the stack's side is a process at all.
	Mortal() bool
}

func endBye(e *env)     { e.leave(true) }
func endOfInput(e *env) { e.leave(false) }

// leave wants the stack's process to end when it is told to.
func (e *env) leave(bye bool) {
	m, ok := e.stack.(mortal)
	if !ok || !m.Mortal() {
		e.skip("needs a stack in a process of its own")
	}
	e.reset()
	if err := m.Leave(bye); err != nil {
		e.fail("%v", err)
	}
}
