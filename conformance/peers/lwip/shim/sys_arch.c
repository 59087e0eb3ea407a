/* lwIP's system, made of the tasks of task.h. Semaphores are binary, as FreeRTOS's are which ESP-IDF uses; the tcpip
   thread goes before all other tasks there, and so it does here. */
#include <stdio.h>
#include <stdlib.h>

#include "lwip/opt.h"
#include "lwip/sys.h"

struct semaphore {
    bool given;
};

struct mailbox {
    int size, used, first;
    bool space; /* nothing but its address counts: it is what is waited for when the mailbox is full */
    void *messages[];
};

static void *memory(size_t size)
{
    void *p = calloc(1, size);
    if (p == NULL)
        abort();
    return p;
}

void assertion(const char *message, const char *file, int line)
{
    fprintf(stderr, "lwip: assertion failed: %s (%s:%d)\n", message, file, line);
    abort();
}

void sys_init(void) {}

u32_t sys_now(void)
{
    return (u32_t)(now / 1000000);
}

u32_t sys_jiffies(void)
{
    return sys_now();
}

sys_prot_t sys_arch_protect(void)
{
    return 0;
}

void sys_arch_unprotect(sys_prot_t p)
{
    LWIP_UNUSED_ARG(p);
}

/* end is when a wait of so many milliseconds ends: lwIP's clock has no finer ones. */
static uint64_t end(u32_t timeout)
{
    return timeout == 0 ? NEVER : (now / 1000000 + timeout) * 1000000;
}

err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
    *sem = memory(sizeof **sem);
    (*sem)->given = count > 0;
    return ERR_OK;
}

void sys_sem_free(sys_sem_t *sem)
{
    free(*sem);
}

void sys_sem_signal(sys_sem_t *sem)
{
    (*sem)->given = true;
    task_wake(*sem);
}

u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout)
{
    uint64_t until = end(timeout);
    u32_t begin = sys_now();
    while (!(*sem)->given)
        if (!task_wait(*sem, until))
            return SYS_ARCH_TIMEOUT;
    (*sem)->given = false;
    return sys_now() - begin;
}

sys_sem_t *sys_arch_netconn_sem_get(void)
{
    void **slot = task_slot(task_current());
    if (*slot == NULL) {
        *slot = memory(sizeof(sys_sem_t));
        sys_sem_new(*slot, 0);
    }
    return *slot;
}

err_t sys_mutex_new(sys_mutex_t *mutex)
{
    return sys_sem_new(mutex, 1);
}

void sys_mutex_free(sys_mutex_t *mutex)
{
    sys_sem_free(mutex);
}

void sys_mutex_lock(sys_mutex_t *mutex)
{
    sys_arch_sem_wait(mutex, 0);
}

void sys_mutex_unlock(sys_mutex_t *mutex)
{
    sys_sem_signal(mutex);
}

err_t sys_mbox_new(sys_mbox_t *mbox, int size)
{
    *mbox = memory(sizeof **mbox + (size_t)size * sizeof(void *));
    (*mbox)->size = size;
    return ERR_OK;
}

void sys_mbox_free(sys_mbox_t *mbox)
{
    free(*mbox);
}

err_t sys_mbox_trypost(sys_mbox_t *mbox, void *message)
{
    struct mailbox *m = *mbox;
    if (m->used == m->size)
        return ERR_MEM;
    m->messages[(m->first + m->used++) % m->size] = message;
    task_wake(m);
    return ERR_OK;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *message)
{
    return sys_mbox_trypost(mbox, message);
}

void sys_mbox_post(sys_mbox_t *mbox, void *message)
{
    while (sys_mbox_trypost(mbox, message) != ERR_OK)
        task_wait(&(*mbox)->space, NEVER);
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **message)
{
    struct mailbox *m = *mbox;
    if (m->used == 0)
        return SYS_MBOX_EMPTY;
    if (message != NULL)
        *message = m->messages[m->first];
    m->first = (m->first + 1) % m->size;
    m->used--;
    task_wake(&m->space);
    return 0;
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **message, u32_t timeout)
{
    uint64_t until = end(timeout);
    u32_t begin = sys_now();
    while (sys_arch_mbox_tryfetch(mbox, message) != 0)
        if (!task_wait(*mbox, until)) {
            if (message != NULL)
                *message = NULL;
            return SYS_ARCH_TIMEOUT;
        }
    return sys_now() - begin;
}

sys_thread_t sys_thread_new(const char *name, lwip_thread_fn run, void *argument, int stack, int priority)
{
    LWIP_UNUSED_ARG(name);
    LWIP_UNUSED_ARG(stack);
    LWIP_UNUSED_ARG(priority);
    return task_start(run, argument, true); /* lwIP starts its tcpip thread and no other */
}
