/** Outputs by right at the voter: orders, their end, and whose right is older. */
#include "voter-rig.h"

static const declaration by_right = {USE_OUTPUT | USE_BY_RIGHT, SAFE_VALUE, 0, 0, 1000, 100};
static const declaration modulated = {USE_PWM | USE_BY_RIGHT, SAFE_INPUT, 0, 0, 0, 0};

static void the_newest_right_drives(void)
{
    fresh("VOTER-14: newest");
    declare_by_two(0, &by_right);
    CHECK(order(0, 0, 5, UINT16_MAX, 100) == RESULT_DONE);
    CHECK(fake[0].value == UINT16_MAX);
    CHECK(order(1, 0, 6, 0, 100) == RESULT_DONE);
    CHECK(fake[0].value == 0u);
    CHECK(order(0, 0, 5, UINT16_MAX, 100) == RESULT_STALE);
    CHECK(order(0, 0, 0, UINT16_MAX, 100) == RESULT_STALE);
    CHECK(fake[0].value == 0u);
    ticks(50);
    CHECK(state_told(0) == OUTPUT_DRIVEN);
    /* No grace: there is nothing that could yet arrive. */
    ticks(50);
    CHECK(state_told(0) == OUTPUT_VOTELESS);
}

static void it_ends_with_its_hold(void)
{
    fresh("VOTER-14: hold");
    declare_by_two(1, &modulated);
    CHECK(order(2, 1, 5, 30000, 60000) == RESULT_DONE);
    for (uint8_t count = 0; count < 59u; count++) {
        ticks(1000);
    }
    ticks(999);
    CHECK((fake[1].mode == MODULATED) && (fake[1].value == 30000u));
    tick();
    CHECK(fake[1].mode == LET_GO);
    CHECK(order(2, 1, 5, 1, 60001) == RESULT_RANGE);
    CHECK(order(2, 1, 5, 1, 100) == RESULT_DONE);
    CHECK(order(2, 1, 5, 1, 0) == RESULT_DONE);
    CHECK(fake[1].mode == LET_GO);
}

static void another_way_to_drive_ends_what_stands(void)
{
    const declaration voted = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 100};
    fresh("VOTER-14: declared anew");
    declare_by_two(0, &by_right);
    CHECK(order(0, 0, 5, UINT16_MAX, 60000) == RESULT_DONE);
    declare_by_two(0, &voted);
    tick();
    CHECK(fake[0].value == 0u);
    declare_by_two(0, &by_right);
    tick();
    CHECK(fake[0].value == 0u);
}

static void a_reset_leaves_the_right(void)
{
    fresh("VOTER-14: kept");
    declare_by_two(0, &by_right);
    CHECK(order(0, 0, 5, UINT16_MAX, 60000) == RESULT_DONE);
    ticks(3000);
    start(8, 2);
    CHECK(fake[0].value == 0u);
    CHECK(order(0, 0, 4, UINT16_MAX, 60000) == RESULT_STALE);
    CHECK(order(0, 0, 5, UINT16_MAX, 60000) == RESULT_DONE);
    ticks(3000);
    start(1, 1);
    CHECK(order(0, 0, 4, UINT16_MAX, 60000) == RESULT_DONE);
}

static void whoever_drives_not_is_well(void)
{
    const declaration voted = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 100};
    fresh("VOTER-14, VOTER-7: silent");
    declare_by_two(0, &by_right);
    ticks(60);
    CHECK(replica_told(1) == 0u);
    declare_by_two(1, &voted);
    ticks(60);
    CHECK(replica_told(1) == 1u);
}

void voter_fence(void)
{
    the_newest_right_drives();
    it_ends_with_its_hold();
    another_way_to_drive_ends_what_stands();
    a_reset_leaves_the_right();
    whoever_drives_not_is_well();
}
