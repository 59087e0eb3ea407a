// memmove and memset in words. The C library's are made for size, and take three instructions a byte where its addresses
// are not aligned alike: data behind the headers of a frame never is, so half of what TCP costs went there.
//
// a0 to a7 and t0 to t6 are a callee's to use; a0, the destination, is also the result.

.section .text.memmove, "ax"
.globl memmove
.type memmove, @function
memmove:
    mv      a3, a0
    sub     a4, a0, a1
    bltu    a4, a2, .Lbackward    // the destination begins within the source
    li      a4, 16
    bltu    a2, a4, .Lbytes
    j       2f
1:  lbu     a5, 0(a1)           // up to where the destination is aligned
    sb      a5, 0(a3)
    addi    a1, a1, 1
    addi    a3, a3, 1
    addi    a2, a2, -1
2:  andi    a5, a3, 3
    bnez    a5, 1b
    andi    a6, a1, 3
    bnez    a6, .Lshifted
    andi    a4, a2, -32
    beqz    a4, .Lwords
    add     a4, a4, a3
1:  lw      a5, 0(a1)
    lw      a6, 4(a1)
    lw      a7, 8(a1)
    lw      t0, 12(a1)
    lw      t1, 16(a1)
    lw      t2, 20(a1)
    lw      t3, 24(a1)
    lw      t4, 28(a1)
    sw      a5, 0(a3)
    sw      a6, 4(a3)
    sw      a7, 8(a3)
    sw      t0, 12(a3)
    sw      t1, 16(a3)
    sw      t2, 20(a3)
    sw      t3, 24(a3)
    sw      t4, 28(a3)
    addi    a1, a1, 32
    addi    a3, a3, 32
    bne     a3, a4, 1b
    andi    a2, a2, 31
.Lwords:
    andi    a4, a2, -4
    add     a4, a4, a3
    j       2f
1:  lw      a5, 0(a1)
    sw      a5, 0(a3)
    addi    a1, a1, 4
    addi    a3, a3, 4
2:  bne     a3, a4, 1b
    andi    a2, a2, 3
.Lbytes:
    add     a4, a3, a2
    j       2f
1:  lbu     a5, 0(a1)
    sb      a5, 0(a3)
    addi    a1, a1, 1
    addi    a3, a3, 1
2:  bne     a3, a4, 1b
    ret

// A source that is a6 bytes behind an aligned address: each word stored is put together from two that are read. The last
// word read holds a byte of the source at least, so nothing is read that lies beyond the source's own words.
.Lshifted:
    sub     a1, a1, a6
    slli    a7, a6, 3           // bits of a word that belong to what is before
    neg     t0, a7              // shifts take the last five bits: 32 less those
    lw      a5, 0(a1)
    andi    a4, a2, -16
    beqz    a4, 2f
    add     a4, a4, a3
1:  lw      t1, 4(a1)
    lw      t2, 8(a1)
    lw      t3, 12(a1)
    lw      t4, 16(a1)
    srl     a5, a5, a7
    sll     t5, t1, t0
    or      a5, a5, t5
    sw      a5, 0(a3)
    srl     t1, t1, a7
    sll     t5, t2, t0
    or      t1, t1, t5
    sw      t1, 4(a3)
    srl     t2, t2, a7
    sll     t5, t3, t0
    or      t2, t2, t5
    sw      t2, 8(a3)
    srl     t3, t3, a7
    sll     t5, t4, t0
    or      t3, t3, t5
    sw      t3, 12(a3)
    mv      a5, t4
    addi    a1, a1, 16
    addi    a3, a3, 16
    bne     a3, a4, 1b
2:  add     a1, a1, a6
    andi    a2, a2, 15
    j       .Lbytes

.Lbackward:
    add     a1, a1, a2
    add     a4, a3, a2
    beq     a4, a3, 3f
    or      a5, a1, a4
    or      a5, a5, a3
    andi    a5, a5, 3
    bnez    a5, 2f
1:  addi    a1, a1, -4          // all of it in words
    addi    a4, a4, -4
    lw      a5, 0(a1)
    sw      a5, 0(a4)
    bne     a4, a3, 1b
3:  ret
2:  addi    a1, a1, -1
    addi    a4, a4, -1
    lbu     a5, 0(a1)
    sb      a5, 0(a4)
    bne     a4, a3, 2b
    ret
.size memmove, . - memmove

.section .text.memset, "ax"
.globl memset
.type memset, @function
memset:
    mv      a3, a0
    add     a4, a0, a2          // the end
    li      a5, 16
    bltu    a2, a5, 4f
    andi    a1, a1, 255
    slli    a5, a1, 8
    or      a1, a1, a5
    slli    a5, a1, 16
    or      a1, a1, a5
    j       2f
1:  sb      a1, 0(a3)
    addi    a3, a3, 1
2:  andi    a5, a3, 3
    bnez    a5, 1b
    sub     a5, a4, a3
    andi    a5, a5, -16
    beqz    a5, 2f
    add     a5, a5, a3
1:  sw      a1, 0(a3)
    sw      a1, 4(a3)
    sw      a1, 8(a3)
    sw      a1, 12(a3)
    addi    a3, a3, 16
    bne     a3, a5, 1b
2:  addi    a5, a4, -4
    bltu    a5, a3, 4f
    sw      a1, 0(a3)
    addi    a3, a3, 4
    j       2b
3:  sb      a1, 0(a3)
    addi    a3, a3, 1
4:  bne     a3, a4, 3b
    ret
.size memset, . - memset
