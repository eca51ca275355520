/* C: what must be found in it */
#include <linux/module.h> //? import linux/module.h
#include "local.h" //? import local.h

#define LIMIT 10 //? def macro LIMIT
#define SAMPLE_H
#define MAX(a, b) \
	((a) > (b) ? (a) : (b))
//! def macro SAMPLE_H
#define FLAG //? def macro FLAG

/*
 * struct server - serves.
 */
struct server { //? def struct server; doc struct server - serves.; span 5
	int fd;
	int (*open)(struct client *c); //? use client in server
	union { int a; long b; } u;
};
struct forward;
union both { int a; char b; }; //? def struct both
enum color { RED, GREEN = LIMIT }; //? def enum color; def constant color.RED; def constant color.GREEN
enum { FIRST, SECOND }; //? def constant FIRST; def constant SECOND
typedef struct { int x; } point_t; //? def struct point_t
typedef struct node { struct node *next; } node_t, *node_p; //? def struct node; def type node_t; def type node_p
typedef int (*callback)(void *data); //? def type callback; sig typedef int (*callback)(void *data)
typedef unsigned int u32; //? def type u32

extern int external; //? def prototype external
extern void announced(struct server *s); //? def prototype announced
static int hidden(int a), *twice(void); //? def prototype hidden#2; def prototype twice

static int counter; //? def variable counter; sig static int counter
static const char *const names[LIMIT] = { "a" }; //? def variable names; use LIMIT in names
int *pointer, table[3][4]; //? def variable pointer; def variable table
static int (*handler)(int) = hidden; //? def variable handler
static DEFINE_MUTEX(lock); //? def variable lock
DEFINE_SPINLOCK(other_lock); //? def variable other_lock; call DEFINE_SPINLOCK in other_lock

// Hidden adds.
static int hidden(int a) { return a + MAX(a, LIMIT); } //? def function hidden; doc Hidden adds.; call MAX in hidden; use LIMIT in hidden

static const struct file_operations server_ops = { //? def variable server_ops; sig static const struct file_operations server_ops; use file_operations
	.open = hidden, //? use hidden in server_ops
	.poll = &announced, //? use announced in server_ops
};

static int __init server_init(void) //? def function server_init
{
	struct server *s = kmalloc(sizeof(*s), GFP_KERNEL), local; //? call kmalloc in server_init; use GFP_KERNEL in server_init; use server in server_init
	s->open(NULL); //? call ?.open in server_init
	local.u.run(s); //? call ?.run in server_init
	(*handler)(1);
	if (counter & FLAG && on_each(hidden, s)) //? call on_each in server_init; use hidden in server_init; use counter in server_init; use FLAG in server_init
		return -EINVAL; //? use EINVAL in server_init
	switch (counter) { case RED: break; } //? use RED in server_init
	return 0;
}

char *string(void) { return names[0]; } //? def function string; use names in string
char **strings(void) { return 0; } //? def function strings
static inline __attribute__((always_inline)) void *attributed(void) { return 0; } //? def function attributed
int old(a, b) //? def function old; span 6
	int a;
	char *b;
{
	return a;
}

SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count) //? def function read; span 4; call SYSCALL_DEFINE3 in read
{
	return ksys_read(fd, buf, count); //? call ksys_read in read
}
SYSCALL_DEFINE0(getpid) //? def function getpid
{
	return task_tgid_vnr(current); //? call task_tgid_vnr in getpid
}
EXPORT_SYMBOL(hidden); //? use hidden

#ifdef CONFIG_SERVER
int configured = 1; //? def variable configured
void in_ifdef(void) { int inner = configured; } //? def function in_ifdef; use configured in in_ifdef
//! def variable inner
#else
static inline void in_ifdef(void) {} //? def function in_ifdef#2
#endif

/* macros that the grammar does not know */
LIB_API size_t exported(void) { return inner(); } //? def function exported; call inner in exported; sig size_t exported(void)
static inline __alloc_size(1, 2) void *allocated(size_t n) { return inner(n); } //? def function allocated; call inner in allocated
static noinline struct server *slow(struct server *s) { return inner(s); } //? def function slow; call inner in slow; use server in slow
local int ZEXPORT two_words(void) { return inner(); } //? def function two_words; call inner in two_words
LIB_API int (parenthesized)(void) { return inner(); } //? def function parenthesized; call inner in parenthesized
NOTHING_BEGIN
int after_nothing(void) { return inner(); } //? def function after_nothing; call inner in after_nothing
#define WRAP(x) do { inner(x); LIMITED(x); } while (0) //? def macro WRAP; call inner in WRAP; call LIMITED in WRAP
#define CALLS(f, x) f(x) //? def macro CALLS
//! call f in CALLS
int cut_in_two(int a) //? def function cut_in_two; span 9
{
#ifdef TWO
	if (a) {
#else
	if (!a) {
#endif
		inner(a); } //? call inner in cut_in_two
	return 0; }
int after_cut(void) { return inner(); } //? def function after_cut; call inner in after_cut
