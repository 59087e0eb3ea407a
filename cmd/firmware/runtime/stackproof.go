//go:build tinygo && stackproof

// The build command lays this file into TinyGo's src/runtime, where it makes the runtime run on boards that TinyGo
// does not know. What touches hardware is asked of package board through exported symbols, so this one file serves
// every board.

package runtime

//export stackproof_board_init
func boardInit()

//export stackproof_board_putchar
func boardPutchar(c byte)

//export stackproof_board_nanotime
func boardNanotime() int64

//export stackproof_board_exit
func boardExit(code int32)

// Exit codes of a program that did not end by itself.
const (
	exitPanic = 2 // what Go programs on a host end with
	exitTrap  = 3
)

// main is called by start.S, with the stack set and .bss cleared.
//
//export main
func main() {
	boardInit()
	run()
	exit(0)
}

// trapped is called by the trap vector in start.S, on a stack of its own. Interrupts are never taken, so a trap is a
// fault and the end.
//
//export stackproof_trap
func trapped(cause, pc, address, sp uintptr) {
	printstring("trap: ")
	printstring(trapName(cause))
	printstring(": pc=")
	printptr(pc)
	printstring(" address=")
	printptr(address)
	printstring(" sp=")
	printptr(sp)
	printnl()
	exit(exitTrap)
}

// trapName reads mcause (RISC-V privileged architecture, section "Machine Cause Register").
func trapName(cause uintptr) string {
	switch cause {
	case 0:
		return "instruction address misaligned"
	case 1:
		return "instruction access fault"
	case 2:
		return "illegal instruction"
	case 3:
		return "breakpoint"
	case 4:
		return "load address misaligned"
	case 5:
		return "load access fault"
	case 6:
		return "store address misaligned"
	case 7:
		return "store access fault"
	}
	return "unexpected cause"
}

// One tick of the runtime is a nanosecond.

func ticks() timeUnit                      { return timeUnit(boardNanotime()) }
func ticksToNanoseconds(t timeUnit) int64  { return int64(t) }
func nanosecondsToTicks(ns int64) timeUnit { return timeUnit(ns) }

func sleepTicks(d timeUnit) {
	for end := ticks() + d; ticks() < end; {
	}
}

func putchar(c byte) { boardPutchar(c) }

// The runtime reads for os.Stdin alone. Programs here read from their board.

func getchar() byte { return 0 }
func buffered() int { return 0 }

// abort is the end of a panic, after its words.
func abort() { exit(exitPanic) }

func exit(code int) { boardExit(int32(code)) }
