/** What the voter makes of each replica: disagreeing, late, far apart, at the wrong place. */
#include "voter-rig.h"

static void a_lying_replica_is_told(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 20, 200};
    fresh("VOTER-8: a liar");
    declare_by_two(0, &as);
    /* The values change in each cycle, so that for a moment there is no majority at all. */
    for (uint16_t cycle = 1; cycle < 20u; cycle++) {
        const uint16_t value = (uint16_t)(1000u + cycle);
        (void)say(0, 0, cycle, value, 150);
        ticks(5);
        (void)say(2, 0, cycle, 7, 150);
        (void)say(1, 0, cycle, value, 150);
        ticks(45);
        CHECK(replica_told(2) == ((cycle >= 5u) ? 2u : 0u));
        CHECK((replica_told(0) == 0u) && (replica_told(1) == 0u));
    }
    /* Exactly its patience is borne; a millisecond more is not. */
    ticks(200);
    (void)say(0, 0, 20, 5, 60000);
    (void)say(1, 0, 20, 5, 60000);
    (void)say(2, 0, 20, 7, 60000);
    const uint16_t to_verdict = (uint16_t)(50u - (now / 1000u) % 50u);
    CHECK(to_verdict == 50u);
    ticks(200);
    CHECK(replica_told(2) == 0u);
    ticks(50);
    CHECK(replica_told(2) == 2u);
    ticks(50);
    (void)say(0, 0, 21, 5, 60000);
    (void)say(1, 0, 21, 5, 60000);
    (void)say(2, 0, 21, 5, 60000);
    ticks(60);
    CHECK(replica_told(2) == 0u);
    /* Whoever has fallen silent disagrees no more. */
    (void)say(2, 0, 22, 7, 500);
    ticks(400);
    CHECK(replica_told(2) == 2u);
    ticks(200);
    CHECK(replica_told(2) == 1u);
    /* Longer than the clock lasts, outside all the time. */
    (void)say(2, 0, 23, 7, 60000);
    for (uint16_t minute = 0; minute < 90u; minute++) {
        (void)say(0, 0, (uint16_t)(22u + minute), 5, 60000);
        (void)say(1, 0, (uint16_t)(22u + minute), 5, 60000);
        (void)say(2, 0, (uint16_t)(24u + minute), 7, 60000);
        ticks(50000);
        CHECK(replica_told(2) == 2u);
        heard_nothing_yet();
    }
}

static void a_late_replica_does_not_stand(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 20, 200};
    fresh("VOTER-9: late");
    declare_by_two(0, &as);
    for (uint16_t cycle = 65530u; cycle != 10u; cycle++) {
        (void)say(0, 0, cycle, 65535, 150);
        (void)say(1, 0, cycle, 65535, 150);
        const uint8_t taken = say(2, 0, (uint16_t)(cycle - 3u), 0, 150);
        CHECK(taken == RESULT_OLD);
        CHECK(fake[0].value == UINT16_MAX);
        ticks(50);
        CHECK(replica_told(2) == 3u);
    }
    /* With the two others gone its votes are alone, and still no majority. */
    ticks(200);
    CHECK(fake[0].value == 0u);
    /* Two cycles behind are borne. */
    for (uint16_t cycle = 20u; cycle != 40u; cycle++) {
        (void)say(0, 0, cycle, 65535, 150);
        (void)say(1, 0, cycle, 65535, 150);
        CHECK(say(2, 0, (uint16_t)(cycle - 2u), 65535, 150) == RESULT_DONE);
        ticks(50);
    }
    CHECK(replica_told(2) == 0u);
}

/** To ask is no way for a vote that was too late to stand after all, its own or another's. */
static void an_ask_lets_no_late_vote_stand(void)
{
    const uint8_t ask[2] = {0x02, 2};
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 200};
    fresh("VOTER-9: an ask");
    declare_by_two(0, &as);
    declare_by_two(1, &as);
    (void)say(0, 0, 20, 0, 60000);
    (void)say(1, 0, 20, 65535, 60000);
    CHECK(say(2, 0, 10, 65535, 60000) == RESULT_OLD);
    CHECK(say(2, 1, 11, 65535, 60000) == RESULT_OLD);
    CHECK(fake[0].value == 0u);
    voter_take(2, ask, 2, now);
    CHECK(fake[0].value == 0u);
    voter_take(0, ask, 2, now);
    CHECK(fake[0].value == 0u);
    /* Up with the others again, it has a say by new votes alone. */
    CHECK(say(2, 1, 5, 65535, 60000) == RESULT_OLD);
    CHECK(say(2, 1, 20, 65535, 60000) == RESULT_DONE);
    CHECK(fake[0].value == 0u);
    CHECK(say(2, 0, 20, 65535, 60000) == RESULT_DONE);
    CHECK(fake[0].value == UINT16_MAX);
}

static void votes_whose_hold_has_run_out_are_late(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 20, 200};
    fresh("VOTER-9: holds that ran out");
    declare_by_two(0, &as);
    for (uint16_t cycle = 1; cycle < 12u; cycle++) {
        CHECK(say(2, 0, cycle, 0, 0) == RESULT_RANGE);
        ticks(50);
        CHECK(replica_told(2) == ((cycle >= 5u) ? 3u : 1u));
    }
    ticks(1100);
    CHECK(replica_told(2) == 1u);
}

static void a_place_far_from_both_others_has_no_say_in_the_median(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 20, 200};
    fresh("VOTER-9: far apart");
    declare_by_two(0, &as);
    (void)say(2, 0, 30000, 0, 60000);
    CHECK(say(0, 0, 100, 65535, 60000) == RESULT_DONE);
    CHECK(say(1, 0, 98, 65535, 60000) == RESULT_DONE);
    CHECK(say(1, 0, 99, 65535, 60000) == RESULT_DONE);
    CHECK(fake[0].value == UINT16_MAX);
    /* And a dead place does not hold the median back: the two that live decide. */
    CHECK(say(0, 0, 104, 65535, 60000) == RESULT_DONE);
    CHECK(say(1, 0, 103, 65535, 60000) == RESULT_DONE);
    CHECK(fake[0].value == UINT16_MAX);
}

static void crossed_cables_show(void)
{
    fresh("VOTER-11: crossed cables");
    ticks(60);
    for (uint8_t at = 0; at < PLACES; at++) {
        CHECK(newest[at][7] == at);
        for (uint8_t next = 0; next < 31u; next++) {
            CHECK((next == 7u) || (newest[at][next] == newest[0][next]));
        }
    }
}

void voter_replicas(void)
{
    a_lying_replica_is_told();
    a_late_replica_does_not_stand();
    an_ask_lets_no_late_vote_stand();
    votes_whose_hold_has_run_out_are_late();
    a_place_far_from_both_others_has_no_say_in_the_median();
    crossed_cables_show();
}
