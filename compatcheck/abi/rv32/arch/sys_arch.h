/* lwIP's headers declare functions of these; nothing that is compared depends on what they are. */
#ifndef RV32_SYS_ARCH_H
#define RV32_SYS_ARCH_H

typedef void *sys_sem_t;
typedef void *sys_mbox_t;
typedef void *sys_mutex_t;
typedef void *sys_thread_t;
typedef int sys_prot_t;

#endif
