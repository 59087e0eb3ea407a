// Entry and trap vector. The linker is not asked to relax addresses to gp, so gp is not set: nothing uses it.
//
// _start is for an image in flash, or one that finds its cases in flash; _start_in_memory for one that a loader has put
// into memory with its cases. stackproof_entry keeps which it was.

.section .init, "ax"
.globl _start
_start:
    li      s1, 0
    j       1f
.globl _start_in_memory
_start_in_memory:
    li      s1, 1
1:  csrw    mie, zero
    csrw    mscratch, zero
    la      t0, trap_vector
    csrw    mtvec, t0       // where a trap can go straight to its handler; a processor that has only the CLIC's mode
    ori     t0, t0, 3       // takes that, whose handler of exceptions is the same
    csrw    mtvec, t0

    // Memory protection, locked so that it binds machine mode too. What lies below the window (devices) stays open.
    //   entry 0            off: the base of entry 1
    //   entry 1  0x8d  LTRX  _window_start .. _ro_end      code and constants: read, execute
    //   entry 2  0x8b  LTRW  _ro_end .. _window_end        stack and data: read, write
    //   entry 3  0x88  LT    _window_end .. top            nothing; or 0: as if there were no entry
    // Which of the two is the board's: _protect_config.
    // The stack grows down to _ro_end, so an overflow is a store access fault.
    la      t0, _window_start
    srli    t0, t0, 2
    csrw    pmpaddr0, t0
    la      t0, _ro_end
    srli    t0, t0, 2
    csrw    pmpaddr1, t0
    la      t0, _window_end
    srli    t0, t0, 2
    csrw    pmpaddr2, t0
    li      t0, -1
    csrw    pmpaddr3, t0
    lui     t0, %hi(_protect_config)
    addi    t0, t0, %lo(_protect_config)
    csrw    pmpcfg0, t0

    la      t0, _ro_end     // paint the stack, so that what was never used can be told
    la      sp, _stack_top
    li      t1, 0xa5a5a5a5
1:  sw      t1, 0(t0)
    addi    t0, t0, 4
    bne     t0, sp, 1b
    call    stackproof_board_early

    // Constants and initialised data lie where the loader put them; only .bss is to be cleared.
    la      t0, _sbss
    la      t1, _ebss
    call    clear
    lui     t0, %hi(_low_start)     // absolute: on a board that has none, far away
    addi    t0, t0, %lo(_low_start)
    lui     t1, %hi(_low_end)
    addi    t1, t1, %lo(_low_end)
    call    clear
    la      t0, stackproof_entry
    sw      s1, 0(t0)
    call    main

clear:  // words from t0 to t1
    beq     t0, t1, 2f
    sw      zero, 0(t0)
    addi    t0, t0, 4
    j       clear
2:  ret

.section .bss.stackproof_entry, "aw", @nobits
.balign 4
.globl stackproof_entry
stackproof_entry:
    .space  4

// Which build of the image this is: written into the file when all else of it is known (espimage).
.section .rodata.stackproof_build, "a"
.balign 8
.globl stackproof_build
stackproof_build:
    .8byte  0

// A trap is always the end, so nothing is saved. The stack may be what failed: the handler has its own. mscratch
// tells a trap within the handler, which can only halt.
.section .text.trap_vector, "ax"
.balign 64
trap_vector:
    csrrwi  t0, mscratch, 1
    bnez    t0, 1f
    mv      a3, sp
    la      sp, _trap_stack_top
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    stackproof_trap
1:  wfi
    j       1b
