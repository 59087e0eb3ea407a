package parsers

import (
	"bytes"
	"sync"

	"stackproof/conformance/script"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
	"stackproof/conformance/vm/asm"
)

// Compiled decodes a compiled case: that ends, and what was decoded is encoded to the same bytes.
func Compiled(data []byte) int {
	p, err := asm.Decode(data)
	if err != nil {
		return 0
	}
	again, err := asm.Encode(p)
	must(err == nil, "what was decoded cannot be encoded: %v", err)
	must(bytes.Equal(data, again), "% x is encoded again as % x", data, again)
	return 1
}

// CompiledSeeds are some of the cases in compiled form.
func CompiledSeeds() (all [][]byte) {
	const every = 6
	for i, text := range ScriptSeeds() {
		if i%every != 0 {
			continue
		}
		s, err := script.Parse("x.pkt", text)
		must(err == nil, "%v", err)
		for _, form := range []script.Form{script.IPv4, script.IPv6} {
			c, err := script.Compile(s, form)
			if err != nil {
				continue // a case of the other form
			}
			b, err := asm.Encode(&c.Program)
			must(err == nil, "%v", err)
			all = append(all, b)
		}
	}
	return all
}

// judge is a machine and this project's stack. An engine calls one body at a time.
type judge struct {
	vm.Machine
	host *inproc.Host
}

var theJudge = sync.OnceValue(func() *judge {
	j := &judge{host: large.New()}
	j.Init(vm.Storage{Queue: make([]byte, 32<<10), Slots: make([]vm.Slot, 64), Data: make([]byte, 4096)})
	return j
})

// Run has the machine run any bytes as a compiled case against this project's stack: it ends, with one of the verdicts, and the
// stack's state is sound. The first byte is the options: 1 plants the case's fault, 2 swaps the sequence numbers.
func Run(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	j := theJudge()
	v := j.Machine.Run(data[1:], j.host, vm.RunOptions{Twin: data[0]&1 != 0, Swap: data[0]&2 != 0}, nil)
	broken := j.host.Check()
	must(broken.Holds(), "%v", broken)
	return interesting(v.Outcome != vm.NotRun)
}

// RunSeeds are the cases in compiled form, as they are and with their fault.
func RunSeeds() (all [][]byte) {
	for i, b := range CompiledSeeds() {
		all = append(all, append([]byte{byte(i % 4)}, b...))
	}
	return all
}
