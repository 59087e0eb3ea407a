/* Tasks in virtual time. Only one of them runs at any moment, until it waits; time stands still meanwhile. Which one runs
   next depends on nothing but what they did, so the same requests give the same bytes. */
#ifndef PEER_TASK_H
#define PEER_TASK_H

#include <stdbool.h>
#include <stdint.h>

#define NEVER UINT64_MAX

struct task;

extern uint64_t now; /* virtual time in nanoseconds */

/* task_start makes a task that is ready to run. One that is urgent runs before all that are not. */
struct task *task_start(void (*run)(void *), void *argument, bool urgent);

/* task_current is the task that runs, NULL outside of all tasks. */
struct task *task_current(void);

/* task_slot is a place for one pointer of the task's own. */
void **task_slot(struct task *);

/* task_wait is called by a task. It returns true when somebody has called task_wake for the object, false at the time
   until, which is NEVER or in the future. */
bool task_wait(const void *object, uint64_t until);

/* task_wake makes that task ready which waits longest for the object, if any does. */
void task_wake(const void *object);

/* task_kill lets a task that waits never run again. What it holds stays as it is, its stack too: others may point there. */
void task_kill(struct task *);

/* tasks_run runs all that are ready until none is. */
void tasks_run(void);

/* tasks_deadline is the earliest time that a task waits for, or NEVER. */
uint64_t tasks_deadline(void);

/* tasks_advance lets time pass up to and including a time. */
void tasks_advance(uint64_t to);

#endif
