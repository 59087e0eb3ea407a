// Package board is all that the image knows of the hardware: a serial line, a clock, and the way out. Each board is
// one file with the build tag board_NAME, compiled by TinyGo only; what they all offer is
//
//	func Read(p []byte) int            // takes what has arrived, at most len(p) bytes, without waiting; 0 is none
//	func Wait()                        // returns when there is, or may be, something to read; the processor may sleep
//	func Write(p []byte)               // sends p; returns when the last byte is in the hands of the hardware
//	const FlashSize                    // bytes of flash behind the image, or in a bank of its own
//	func ReadFlash(p []byte, off int)  // fills p with what lies there from off on
//	const TicksPerSecond               // rate of Ticks
//	func Ticks() uint64                // counts since the machine started, never back
//	func Exit(code int)                // ends the program; on hardware that cannot end, halts for good
//
// and, for all of them, StackLeft tells how much of the stack was never used, and Build which build of the image runs.
//
// Besides, a board answers to the runtime (cmd/firmware/runtime): it exports stackproof_board_early, _init,
// _putchar, _nanotime and _exit. The first is called before variables have their values, the
// second before the program's own code. A program that does not import package board therefore does not link.
//
// The serial line is also the console: print, println and the last words of a panic or a trap appear on it, with
// lines that end in CR LF. Nothing is lost on the way out. On the way in, what is sent before the program has written
// its first line may be lost.
package board
