/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The return of a write call against the drop of its page, or against the end
 * of what had dropped it to replace its data, on two CPUs.
 */
#include <pthread.h>
#include <sched.h>

#include "window_fixture.h"

#define ROUNDS 100000

/* One page, one write call's return and one dropper, at the same moment. */
struct round {
	struct window window;
	unsigned char said[2]; /* a verdict, by the drop and by the end */
	unsigned char taken;   /* the window is out of the table */
	unsigned char spoken;  /* how many had it to themselves */
};

enum side {
	SIDE_DROP,
	SIDE_END,
};

static cpu_set_t cpus; /* that the test may use */
static struct round *rounds;
static int replaced; /* dropped already: the one side tells what replaced it */
static unsigned int behind[2]; /* rounds that each side has behind it */

/* Round by round another one, so that a speaker needs the other's part. */
static enum verdict want_verdict(unsigned int i)
{
	static const enum verdict want[] = { VERDICT_LOST, VERDICT_VOID,
					     VERDICT_SUPERSEDED };

	return want[i % 3];
}

static enum verdict act(struct window *w, unsigned int i, enum side side)
{
	enum verdict want = want_verdict(i);

	if (side == SIDE_END) {
		fill_end(w, TO, want == VERDICT_SUPERSEDED ? 0 : PAGE, 0);
		return window_step(w, OBS_END, 0);
	}
	if (replaced) {
		fill_over(w, FROM, want == VERDICT_LOST ? FROM + 1 : TO);
		return window_step(w, OBS_OVERWRITTEN, 0);
	}
	fill_drop(w, want == VERDICT_VOID ? WAY_TRUNCATE : WAY_KSWAPD);
	return window_step(w, OBS_DROP, 0);
}

/* As the owner of the table does it: of two late comers, one speaks. */
static void speak(struct round *r)
{
	if (!__atomic_exchange_n(&r->taken, 1, __ATOMIC_SEQ_CST))
		r->spoken++;
}

/* To a CPU of its own, if there is one: else the two only take turns. */
static void go_apart(enum side side)
{
	int cpu, nth = side;
	cpu_set_t one;

	if (CPU_COUNT(&cpus) < 2)
		return;
	CPU_ZERO(&one);
	for (cpu = 0; !CPU_ISSET(cpu, &cpus) || nth--;)
		cpu++;
	CPU_SET(cpu, &one);
	pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

/* Both sides enter a round together, now the one first, now the other. */
static void *run_side(void *arg)
{
	enum side side = arg ? SIDE_END : SIDE_DROP;
	unsigned int i, spin;

	go_apart(side);

	for (i = 0; i < ROUNDS; i++) {
		struct round *r = &rounds[i];
		volatile unsigned int delay = i / (side ? 1 : 8) % 8 * 4;

		for (spin = 0;
		     __atomic_load_n(&behind[!side], __ATOMIC_ACQUIRE) < i;)
			if (++spin % 4096 == 0)
				sched_yield();
		while (delay)
			delay--;
		r->said[side] = act(&r->window, i, side);
		if (r->said[side] >= VERDICT_REWRITTEN)
			speak(r);
		__atomic_store_n(&behind[side], i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static int setup(void **state)
{
	unsigned int i;

	(void)state;
	rounds = calloc(ROUNDS, sizeof(*rounds));
	if (!rounds)
		return -1;
	for (i = 0; i < ROUNDS; i++) {
		rounds[i].window = cleaned();
		rounds[i].window.i_size = TO;
		rounds[i].window.left = PAGE;
	}
	behind[SIDE_DROP] = behind[SIDE_END] = 0;
	replaced = 0;
	return 0;
}

/* What is void here is cloned over, what is superseded directly written. */
static int setup_replaced(void **state)
{
	unsigned int i;
	int err = setup(state);

	for (i = 0; i < ROUNDS && !err; i++) {
		struct window *w = &rounds[i].window;

		fill_drop(w, want_verdict(i) == VERDICT_VOID ? WAY_REMAP
							     : WAY_DIRECT_IO);
		if (window_step(w, OBS_DROP, 0) != VERDICT_PENDING)
			err = -1;
	}
	replaced = 1;
	return err;
}

static int teardown(void **state)
{
	(void)state;
	free(rounds);
	return 0;
}

/* Returns who said the verdict: 1 the drop, 2 the end, 3 both. */
static unsigned int check_round(unsigned int i)
{
	const struct round *r = &rounds[i];
	unsigned int who = 0;
	int side;

	for (side = 0; side < 2; side++) {
		if (r->said[side] < VERDICT_REWRITTEN)
			continue;
		assert_int_equal(r->said[side], want_verdict(i));
		who |= 1U << side;
	}
	assert_int_not_equal(who, 0);
	assert_int_equal(r->spoken, 1);
	assert_int_equal(r->window.bits,
			 WINDOW_DROPPED | WINDOW_ENDED |
				 (replaced ? WINDOW_OVERWRITTEN : 0));
	return who;
}

static void end_against_drop(void **state)
{
	unsigned int by[4] = { 0 };
	unsigned int at_once = 0;
	pthread_t dropper;
	unsigned int i;

	(void)state;
	assert_int_equal(pthread_create(&dropper, NULL, run_side, NULL), 0);
	run_side(&dropper);
	assert_int_equal(pthread_join(dropper, NULL), 0);
	for (i = 0; i < ROUNDS; i++) {
		unsigned int who = check_round(i);

		by[who]++;
		/* What is void is so with or without the end. */
		at_once += who == 3 && want_verdict(i) != VERDICT_VOID;
	}
	print_message("%u rounds: said by the drop %u, by the end %u, by both "
		      "%u (at once %u)\n",
		      ROUNDS, by[1], by[2], by[3], at_once);
	assert_int_not_equal(by[1], 0);
	assert_int_not_equal(by[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(end_against_drop, setup,
						teardown),
		cmocka_unit_test_setup_teardown(end_against_drop,
						setup_replaced, teardown),
	};

	sched_getaffinity(0, sizeof(cpus), &cpus);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
