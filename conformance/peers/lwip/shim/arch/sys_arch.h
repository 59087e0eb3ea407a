/* What lwIP's system is made of: see sys_arch.c. */
#ifndef PEER_SYS_ARCH_H
#define PEER_SYS_ARCH_H

#include "task.h"

typedef struct semaphore *sys_sem_t;
typedef struct mailbox *sys_mbox_t;
typedef struct semaphore *sys_mutex_t;
typedef struct task *sys_thread_t;

#define sys_sem_valid(s) (*(s) != NULL)
#define sys_sem_set_invalid(s) (*(s) = NULL)
#define sys_mbox_valid(m) (*(m) != NULL)
#define sys_mbox_set_invalid(m) (*(m) = NULL)
#define sys_mutex_valid(m) (*(m) != NULL)
#define sys_mutex_set_invalid(m) (*(m) = NULL)

/* Each task has the semaphore on which it waits for the tcpip thread. */
sys_sem_t *sys_arch_netconn_sem_get(void);
#define LWIP_NETCONN_THREAD_SEM_GET() sys_arch_netconn_sem_get()
#define LWIP_NETCONN_THREAD_SEM_ALLOC()
#define LWIP_NETCONN_THREAD_SEM_FREE()

#endif
