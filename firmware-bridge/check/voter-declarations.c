/** Declarations and the cluster: by two of three, kept over a reset, taken back by an ask. */
#include "voter-rig.h"

static void declarations_outlive_a_reset(void)
{
    const declaration first = {USE_PWM, SAFE_VALUE, 500, 7, 20, 100};
    const declaration second = {USE_OUTPUT, SAFE_VALUE, 65535, 0, 20, 100};
    fresh("VOTER-5: kept");
    declare_by_two(1, &first);
    declare_by_two(3, &second);
    ticks(3000);
    const uint32_t writes = eeprom_writes;
    declare_by_two(3, &second);
    ticks(3000);
    CHECK(eeprom_writes == writes);
    start(8, 2);
    CHECK((fake[1].mode == MODULATED) && (fake[1].value == 500u));
    CHECK((fake[3].mode == LEVEL) && (fake[3].value == UINT16_MAX));
    CHECK((fake[0].mode == LET_GO) && (fake[2].mode == LET_GO));
    CHECK(say(0, 1, 1, 5, 10) == RESULT_DONE);
    CHECK(say(0, 0, 1, 5, 10) == RESULT_PIN);
}

static void one_replica_declares_nothing(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 20, 100};
    const declaration other = {USE_OUTPUT, SAFE_VALUE, 65535, 0, 20, 100};
    fresh("VOTER-5: one alone");
    declare_by_two(0, &as);
    (void)declare_for(CLUSTER, 1, 0, &other);
    (void)declare_for(CLUSTER, 1, 0, &other);
    ticks(60);
    CHECK(fake[0].value == 0u);
    CHECK(declare_for(0x4321, 1, 0, &as) == RESULT_CLUSTER);
    CHECK(say(0, 0, 1, 1, 10) == RESULT_DONE);
    (void)declare_for(CLUSTER, 0, 0, &other);
    CHECK(fake[0].value == 0u);
    (void)declare_for(CLUSTER, 1, 0, &other);
    CHECK(fake[0].value == UINT16_MAX);
    /* Another cluster, by two of three: everything else is forgotten. */
    (void)declare_for(0x4321, 1, 2, &as);
    (void)declare_for(0x4321, 2, 2, &as);
    CHECK(fake[0].mode == LET_GO);
    CHECK(say(0, 0, 2, 1, 10) == RESULT_CLUSTER);
}

/** The one that is left in the old cluster finds nobody's old words to second. */
static void a_cluster_that_was_left_is_not_bound_by_one(void)
{
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 200};
    fresh("VOTER-5: a cluster that was left");
    declare_by_two(0, &as);
    declare_by_two(1, &as);
    CHECK(declare_for(0x4321, 0, 0, &as) == RESULT_CLUSTER);
    CHECK(declare_for(0x4321, 1, 0, &as) == RESULT_DONE);
    CHECK(declare_for(CLUSTER, 2, 1, &as) == RESULT_CLUSTER);
}

/** What a process declared that is gone is not seconded; what two have said already stands. */
static void an_ask_takes_a_declaration_back(void)
{
    const uint8_t ask[2] = {0x02, 2};
    const declaration as = {USE_OUTPUT, SAFE_VALUE, 0, 0, 0, 200};
    fresh("VOTER-5: an ask");
    declare_by_two(0, &as);
    CHECK(declare_for(CLUSTER, 1, 1, &as) == RESULT_DONE);
    voter_take(1, ask, 2, now);
    CHECK(declare_for(CLUSTER, 2, 1, &as) == RESULT_DONE);
    ticks(60);
    CHECK(state_told(0) == OUTPUT_VOTELESS);
    CHECK(state_told(1) == OUTPUT_UNDECLARED);
    CHECK(declare_for(CLUSTER, 1, 1, &as) == RESULT_DONE);
    ticks(60);
    CHECK(state_told(1) == OUTPUT_VOTELESS);
}

void voter_declarations(void)
{
    declarations_outlive_a_reset();
    one_replica_declares_nothing();
    a_cluster_that_was_left_is_not_bound_by_one();
    an_ask_takes_a_declaration_back();
}
