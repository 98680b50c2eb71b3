/** What the voter drives: without votes, without a majority, and after a hold. */
#include "bytes.h"
#include "voter-rig.h"

static void no_standing_vote_is_safe_at_once(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 1000, 100};
    fresh("VOTER-4: safe at once");
    declare_by_two(0, &as);
    (void)say(0, 0, 1, 65535, 50);
    (void)say(1, 0, 1, 65535, 50);
    ticks(49);
    CHECK(fake[0].value == UINT16_MAX);
    tick();
    CHECK(fake[0].value == 0u);
    ticks(50);
    CHECK(state_told(0) == OUTPUT_VOTELESS);
}

/** The main loop may come late: what has expired by then does not count with what arrives. */
static void an_expired_vote_does_not_count_with_a_new_one(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 100};
    fresh("VOTER-6: expired, and a new vote");
    declare_by_two(0, &as);
    (void)say(0, 0, 1, 65535, 50);
    (void)say(1, 0, 1, 65535, 50);
    CHECK(fake[0].value == UINT16_MAX);
    now += 50u * 1000u;
    (void)say(2, 0, 1, 65535, 60000);
    CHECK(fake[0].value == 0u);
    (void)say(1, 0, 2, 65535, 50);
    CHECK(fake[0].value == UINT16_MAX);
}

static void without_a_majority_grace_and_then_safe(void)
{
    const declaration as = {USE_OUTPUT, SAFE_INPUT, 0, 0, 100, 100};
    fresh("VOTER-3, VOTER-12: grace");
    declare_by_two(0, &as);
    (void)say(0, 0, 1, 65535, 60000);
    CHECK(fake[0].mode == LET_GO);
    (void)say(1, 0, 1, 65535, 60000);
    CHECK((fake[0].mode == LEVEL) && (fake[0].value == UINT16_MAX));
    ticks(60);
    (void)say(1, 0, 2, 0, 60000);
    CHECK(fake[0].value == UINT16_MAX);
    ticks(99);
    CHECK((fake[0].mode == LEVEL) && (state_told(0) == OUTPUT_GRACE));
    tick();
    CHECK(fake[0].mode == LET_GO);
    ticks(1000);
    CHECK((state_told(0) == OUTPUT_NO_MAJORITY) && (replica_told(0) == 0u));
    CHECK(replica_told(1) == 0u);
    /* The third decides. */
    (void)say(2, 0, 2, 65535, 60000);
    CHECK((fake[0].mode == LEVEL) && (fake[0].value == UINT16_MAX));
}

static void a_held_output_keeps_what_was_voted(void)
{
    const declaration as = {USE_PWM, SAFE_HOLD, 9, 0, 0, 100};
    fresh("VOTER-4: hold");
    declare_by_two(0, &as);
    CHECK(fake[0].mode == LET_GO);
    (void)say(0, 0, 1, 1000, 10);
    (void)say(1, 0, 1, 1000, 10);
    ticks(60);
    CHECK((fake[0].mode == MODULATED) && (fake[0].value == 1000u));
    CHECK(get_u16(&newest[0][14]) == 1000u);
    ticks(3000);
    start(8, 2);
    CHECK(fake[0].mode == LET_GO);
}

void voter_outputs(void)
{
    no_standing_vote_is_safe_at_once();
    an_expired_vote_does_not_count_with_a_new_one();
    without_a_majority_grace_and_then_safe();
    a_held_output_keeps_what_was_voted();
}
