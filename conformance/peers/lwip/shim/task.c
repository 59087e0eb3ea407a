#include "task.h"

#include <errno.h>
#include <stdlib.h>
#include <ucontext.h>

enum { STACK = 256 << 10 };

enum state { READY, WAITING, ENDED };

struct task {
    struct task *next;
    ucontext_t context;
    enum state state;
    bool urgent;
    uint64_t order;      /* since when it is ready, or waits: the smaller came first */
    const void *object;  /* that it waits for */
    uint64_t until;      /* when it waits no longer */
    bool woken;
    int error;           /* its errno */
    void *slot;
    void (*run)(void *);
    void *argument;
};

uint64_t now;

static struct task *tasks, *current;
static ucontext_t outside;
static uint64_t orders;

static void set(struct task *t, enum state state)
{
    t->state = state;
    t->order = ++orders;
}

static void enter(void)
{
    current->run(current->argument);
    set(current, ENDED);
    swapcontext(&current->context, &outside);
}

struct task *task_start(void (*run)(void *), void *argument, bool urgent)
{
    struct task *t = calloc(1, sizeof *t);
    void *stack = malloc(STACK);
    if (t == NULL || stack == NULL || getcontext(&t->context) != 0)
        abort();
    t->context.uc_stack.ss_sp = stack;
    t->context.uc_stack.ss_size = STACK;
    t->context.uc_link = NULL;
    makecontext(&t->context, enter, 0);
    t->run = run;
    t->argument = argument;
    t->urgent = urgent;
    set(t, READY);
    t->next = tasks;
    tasks = t;
    return t;
}

struct task *task_current(void)
{
    return current;
}

void **task_slot(struct task *t)
{
    return &t->slot;
}

bool task_wait(const void *object, uint64_t until)
{
    struct task *t = current;
    if (t == NULL)
        abort(); /* only tasks can wait */
    t->object = object;
    t->until = until;
    set(t, WAITING);
    swapcontext(&t->context, &outside);
    return t->woken;
}

static void release(struct task *t, bool woken)
{
    t->woken = woken;
    set(t, READY);
}

void task_wake(const void *object)
{
    struct task *first = NULL;
    for (struct task *t = tasks; t != NULL; t = t->next)
        if (t->state == WAITING && t->object == object && (first == NULL || t->order < first->order))
            first = t;
    if (first != NULL)
        release(first, true);
}

static void forget(struct task *gone)
{
    struct task **link = &tasks;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
}

void task_kill(struct task *t)
{
    forget(t);
}

/* before tells whether a runs rather than b. */
static bool before(const struct task *a, const struct task *b)
{
    return b == NULL || (a->urgent != b->urgent ? a->urgent : a->order < b->order);
}

static struct task *next_ready(void)
{
    struct task *first = NULL;
    for (struct task *t = tasks; t != NULL; t = t->next)
        if (t->state == READY && before(t, first))
            first = t;
    return first;
}

void tasks_run(void)
{
    while ((current = next_ready()) != NULL) {
        struct task *t = current;
        errno = t->error;
        swapcontext(&outside, &t->context);
        t->error = errno;
        if (t->state == ENDED) {
            forget(t);
            free(t->context.uc_stack.ss_sp);
            free(t);
        }
    }
}

/* earliest is the waiting task whose time comes first, NULL if none waits for a time. */
static struct task *earliest(void)
{
    struct task *first = NULL;
    for (struct task *t = tasks; t != NULL; t = t->next)
        if (t->state == WAITING && t->until != NEVER &&
            (first == NULL || t->until < first->until || (t->until == first->until && before(t, first))))
            first = t;
    return first;
}

uint64_t tasks_deadline(void)
{
    struct task *first = earliest();
    return first == NULL ? NEVER : first->until;
}

void tasks_advance(uint64_t to)
{
    for (struct task *t; (t = earliest()) != NULL && t->until <= to;) {
        now = t->until;
        release(t, false);
        tasks_run();
    }
    now = to;
    tasks_run();
}
