// Division of 64-bit integers, a bit at a time: durations need it, and libgcc's is ten times as long. The compiler calls
// these by name, with the dividend in a1:a0 and the divisor, which it knows is not zero, in a3:a2.

.macro negate high, low
    snez    t2, \low
    neg     \low, \low
    neg     \high, \high
    sub     \high, \high, t2
.endm

.section .text.__udivdi3, "ax"
.globl __udivdi3
__udivdi3:
    mv      t0, ra

// divide leaves the quotient in a1:a0 and the remainder in a5:a4, spares t3, and returns to t0.
divide:
    or      t1, a1, a3
    bnez    t1, 1f
    remu    a4, a0, a2
    divu    a0, a0, a2
    li      a5, 0
    jr      t0
1:  li      a4, 0
    li      a5, 0
    li      t1, 64
    bnez    a3, 2f
    remu    a4, a1, a2      // a divisor of 32 bits: half of the quotient at once
    divu    t2, a1, a2
    mv      a1, a0
    mv      a0, t2
    li      t1, 32
2:  mv      t4, a5          // its sign is the bit that the remainder loses
    slli    a5, a5, 1       // shift the remainder and the dividend, whose place the quotient takes
    srli    t2, a4, 31
    or      a5, a5, t2
    slli    a4, a4, 1
    srli    t2, a1, 31
    or      a4, a4, t2
    slli    a1, a1, 1
    srli    t2, a0, 31
    or      a1, a1, t2
    slli    a0, a0, 1
    bltz    t4, 3f
    bltu    a3, a5, 3f
    bne     a3, a5, 4f
    bltu    a4, a2, 4f
3:  sltu    t2, a4, a2
    sub     a4, a4, a2
    sub     a5, a5, a3
    sub     a5, a5, t2
    addi    a0, a0, 1
4:  addi    t1, t1, -1
    bnez    t1, 2b
    jr      t0

// magnitudes makes both operands positive, and returns to t0.
magnitudes:
    bgez    a1, 1f
    negate  a1, a0
1:  bgez    a3, 2f
    negate  a3, a2
2:  jr      t0

.globl __umoddi3
__umoddi3:
    jal     t0, divide
    mv      a0, a4
    mv      a1, a5
    ret

.globl __divdi3
__divdi3:
    xor     t3, a1, a3      // its sign is the quotient's
    jal     t0, magnitudes
    jal     t0, divide
    bgez    t3, 1f
    negate  a1, a0
1:  ret

.globl __moddi3
__moddi3:
    mv      t3, a1          // its sign is the remainder's
    jal     t0, magnitudes
    jal     t0, divide
    mv      a0, a4
    mv      a1, a5
    bgez    t3, 1f
    negate  a1, a0
1:  ret
