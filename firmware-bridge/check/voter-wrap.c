/**
 * Device time begins anew after 2^32 us, 71.6 minutes. Each test goes there from the start in
 * jumps, and has something end beyond it.
 */
#include "bytes.h"
#include "voter-rig.h"

/** At a verdict, and less than 20,050 ms before the wrap. */
#define BEFORE_WRAP UINT32_C(4274950000)
/** 517 ms before it, at a verdict too. */
#define JUST_BEFORE_WRAP UINT32_C(4294450000)
#define JUMP_MAX (600000u * MILLISECOND)

static uint16_t verdicts;

/** With a poll after each jump, which brings one verdict. */
static void let_time_go_until(moment then)
{
    verdicts = 0;
    while (now < then) {
        const moment left = then - now;
        now += ((left < JUMP_MAX) ? left : JUMP_MAX) - MILLISECOND;
        tick();
        verdicts++;
    }
    CHECK(now == then);
    heard_nothing_yet();
}

/** All but the last millisecond to the next verdict: none comes, whatever the clock is at. */
static void nearly_a_verdict(void)
{
    ticks(49);
    for (uint8_t at = 0; at < PLACES; at++) {
        CHECK(!told(at, "32*"));
    }
}

static void and_the_verdict(void)
{
    tick();
    for (uint8_t at = 0; at < PLACES; at++) {
        CHECK(told(at, "32*"));
        CHECK(get_u16(&newest[at][1]) == verdicts);
        CHECK(get_u32(&newest[at][3]) == now);
        CHECK(!told(at, "32*"));
    }
    verdicts++;
    heard_nothing_yet();
}

static void a_vote_ends_after_the_wrap(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 100};
    fresh("VOTER-6, VOTER-1: over the wrap");
    let_time_go_until(BEFORE_WRAP);
    declare_by_two(0, &as);
    CHECK(say(0, 0, 1, 65535, 60000) == RESULT_DONE);
    CHECK(say(1, 0, 1, 65535, 60000) == RESULT_DONE);
    for (uint16_t count = 0; count < 1199u; count++) {
        CHECK(fake[0].value == UINT16_MAX);
        nearly_a_verdict();
        and_the_verdict();
        CHECK(state_told(0) == OUTPUT_DRIVEN);
    }
    CHECK(now < BEFORE_WRAP);
    nearly_a_verdict();
    CHECK(fake[0].value == UINT16_MAX);
    and_the_verdict();
    CHECK((fake[0].mode == LEVEL) && (fake[0].value == 0u));
    CHECK(state_told(0) == OUTPUT_VOTELESS);
    nearly_a_verdict();
    and_the_verdict();
    CHECK((fake[0].mode == LEVEL) && (fake[0].value == 0u));
}

/** Two that differ, from before the wrap to beyond it. */
static void grace_ends_after_the_wrap(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 1000, 100};
    fresh("VOTER-3: over the wrap");
    let_time_go_until(JUST_BEFORE_WRAP);
    declare_by_two(0, &as);
    (void)say(0, 0, 1, 65535, 60000);
    (void)say(1, 0, 1, 65535, 60000);
    (void)say(1, 0, 2, 0, 60000);
    ticks(500);
    CHECK((now > JUST_BEFORE_WRAP) && (fake[0].value == UINT16_MAX));
    CHECK(state_told(0) == OUTPUT_GRACE);
    ticks(499);
    CHECK((now < JUST_BEFORE_WRAP) && (fake[0].value == UINT16_MAX));
    CHECK(state_told(0) == OUTPUT_GRACE);
    tick();
    CHECK((fake[0].mode == LEVEL) && (fake[0].value == 0u));
    CHECK(state_told(0) == OUTPUT_NO_MAJORITY);
}

/** Outside the majority since before the wrap: told when patience is over, and no sooner. */
static void patience_ends_after_the_wrap(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 1000};
    fresh("VOTER-8: over the wrap");
    let_time_go_until(JUST_BEFORE_WRAP);
    declare_by_two(0, &as);
    (void)say(0, 0, 1, 65535, 60000);
    (void)say(1, 0, 1, 65535, 60000);
    (void)say(2, 0, 1, 0, 60000);
    for (uint8_t count = 0; count < 20u; count++) {
        nearly_a_verdict();
        and_the_verdict();
        CHECK(replica_told(2) == 0u);
    }
    CHECK(now < JUST_BEFORE_WRAP);
    nearly_a_verdict();
    and_the_verdict();
    CHECK(replica_told(2) == 2u);
}

void voter_wrap(void)
{
    a_vote_ends_after_the_wrap();
    grace_ends_after_the_wrap();
    patience_ends_after_the_wrap();
}
