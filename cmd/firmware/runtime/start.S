// Entry and trap vector. The linker is not asked to relax addresses to gp, so gp is not set: nothing uses it.

.section .init, "ax"
.globl _start
_start:
    csrw    mie, zero
    csrw    mscratch, zero
    la      t0, trap_vector
    csrw    mtvec, t0

    // Memory protection, locked so that it binds machine mode too. What lies below the window (devices) stays open.
    //   entry 0            off: the base of entry 1
    //   entry 1  0x8d  LTRX  _window_start .. _ro_end      code and constants: read, execute
    //   entry 2  0x8b  LTRW  _ro_end .. _window_end        stack and data: read, write
    //   entry 3  0x88  LT    _window_end .. top            nothing, as if the window were all the memory there is
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
    li      t0, 0x888b8d00
    csrw    pmpcfg0, t0

    // Constants and initialised data lie where the loader put them; only .bss is to be cleared.
    la      t0, _sbss
    la      t1, _ebss
1:  beq     t0, t1, 2f
    sw      zero, 0(t0)
    addi    t0, t0, 4
    j       1b
2:  la      t0, _ro_end     // paint the stack, so that what was never used can be told
    la      sp, _stack_top
    li      t1, 0xa5a5a5a5
3:  sw      t1, 0(t0)
    addi    t0, t0, 4
    bne     t0, sp, 3b
    call    main

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
