// Division of 64-bit integers: durations need it, and libgcc's is ten times as long. By a number of 32 bits, which segments
// ask for (a tick of a clock), it takes some 80 instructions; by a longer one a bit at a time. The compiler calls
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
    beqz    a3, short
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

// short is divide by a2 alone: the upper word is divided as it is, and what it leaves, with the lower word, by two digits of
// 16 bits (Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D). The divisor's first bit has to be set for
// the estimate of a digit to be at most two too large, so all is shifted by t1.

// digit divides a4 and the next 16 bits by t4, of which a6 and a7 are the halves; it leaves the remainder in a4.
.macro digit quotient, next
    divu    \quotient, a4, a6
    mul     t2, \quotient, a6
    sub     t2, a4, t2          // what the estimate leaves
    slli    a4, a4, 16
    or      a4, a4, \next
1:  srli    t6, \quotient, 16
    bnez    t6, 2f
    mul     t6, \quotient, a7
    slli    a5, t2, 16
    or      a5, a5, \next
    bgeu    a5, t6, 3f
2:  addi    \quotient, \quotient, -1
    add     t2, t2, a6
    srli    t6, t2, 16
    beqz    t6, 1b
3:  mul     t6, \quotient, t4
    sub     a4, a4, t6
.endm

short:
    remu    a4, a1, a2
    divu    a1, a1, a2
    mv      t4, a2
    li      t1, 0
    srli    t2, t4, 16
    bnez    t2, 1f
    slli    t4, t4, 16
    li      t1, 16
1:  srli    t2, t4, 24
    bnez    t2, 2f
    slli    t4, t4, 8
    addi    t1, t1, 8
    j       2f
1:  slli    t4, t4, 1
    addi    t1, t1, 1
2:  bgez    t4, 1b
    beqz    t1, 3f
    sll     a4, a4, t1
    neg     t2, t1              // shifts take the last five bits: 32 less those
    srl     t2, a0, t2
    or      a4, a4, t2
    sll     a0, a0, t1
3:  srli    a6, t4, 16
    slli    a7, t4, 16
    srli    a7, a7, 16
    srli    a3, a0, 16          // a3 is 0 and no longer needed
    slli    a0, a0, 16
    srli    a0, a0, 16
    digit   t5, a3
    digit   a3, a0
    slli    a0, t5, 16
    or      a0, a0, a3
    srl     a4, a4, t1
    li      a5, 0
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
