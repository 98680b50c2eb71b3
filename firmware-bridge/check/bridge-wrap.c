/**
 * Device time begins anew after 2^32 us, 71.6 minutes. Each test goes there from the start in
 * jumps, and has something end beyond it.
 */
#include "bridge-rig.h"

/** At a beat, and less than 20,050 ms before the wrap. */
#define BEFORE_WRAP UINT32_C(4274950000)
/** 517 ms before it, at a beat too. */
#define JUST_BEFORE_WRAP UINT32_C(4294450000)
#define JUMP_MAX (600000u * MILLISECOND)

static uint16_t beats;

/** With a poll after each jump, which brings one beat. */
static void let_time_go_until(moment then)
{
    beats = 0;
    while (now < then) {
        const moment left = then - now;
        now += ((left < JUMP_MAX) ? left : JUMP_MAX) - MILLISECOND;
        tick();
        beats++;
    }
    CHECK(now == then);
    heard_nothing_yet();
}

/** All but the last millisecond to the next beat: none comes, whatever the clock is at. */
static void nearly_a_beat(void)
{
    ticks(49);
    CHECK(!told(0, "10*"));
}

static void and_the_beat(void)
{
    tick();
    CHECK(beat_told(beats));
    CHECK(!told(0, "10*"));
    beats++;
    heard_nothing_yet();
}

static void a_command_ends_after_the_wrap(void)
{
    fresh("BRIDGE-5, BRIDGE-1: over the wrap");
    let_time_go_until(BEFORE_WRAP);
    take("21123400020d0200000001000000000000000000");
    take("20123400030dffffea60000000000000");
    CHECK(told(0, "130003000d"));
    for (uint16_t count = 0; count < 1199u; count++) {
        CHECK(is_high(13));
        nearly_a_beat();
        and_the_beat();
    }
    CHECK(now < BEFORE_WRAP);
    nearly_a_beat();
    CHECK(is_high(13));
    and_the_beat();
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    nearly_a_beat();
    and_the_beat();
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
}

static void an_initial_value_ends_after_the_wrap(void)
{
    fresh("BRIDGE-13: over the wrap");
    let_time_go_until(JUST_BEFORE_WRAP);
    take("21123400020d0200ffff01000000000000000000");
    CHECK(told(0, "130002000d"));
    ticks(500);
    CHECK((now > JUST_BEFORE_WRAP) && is_high(13));
    ticks(499);
    CHECK((now < JUST_BEFORE_WRAP) && is_high(13));
    tick();
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
}

void bridge_wrap(void)
{
    a_command_ends_after_the_wrap();
    an_initial_value_ends_after_the_wrap();
}
