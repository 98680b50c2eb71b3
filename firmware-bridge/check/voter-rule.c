/** The rule of the voter against a naive one: every ballot, and every order of arrival. */
#include "ballot.h"
#include "voter-rig.h"

naive_outcome naive_rule(const bool *standing, const uint16_t *value, uint16_t tolerance)
{
    int sorted[PLACES];
    int count = 0;
    naive_outcome is = {false, 0};
    for (uint8_t at = 0; at < PLACES; at++) {
        if (standing[at]) {
            int to = count++;
            while ((to > 0) && (sorted[to - 1] > (int)value[at])) {
                sorted[to] = sorted[to - 1];
                to--;
            }
            sorted[to] = (int)value[at];
        }
    }
    for (int a = 0; a < count; a++) {
        for (int b = a + 1; b < count; b++) {
            is.majority = is.majority || ((sorted[b] - sorted[a]) <= (int)tolerance);
        }
    }
    if (is.majority) {
        is.value = (uint16_t)((count == 3) ? sorted[1] : sorted[0]);
    }
    return is;
}

static const uint16_t some_values[] = {0, 1, 2, 3, 5, 32767, 32768, 65534, 65535};
static const uint16_t some_tolerances[] = {0, 1, 2, 40000, 65535};

static void compare_rule(const ballot *votes, uint16_t tolerance)
{
    const outcome is = ballot_count(votes, tolerance);
    const naive_outcome wanted = naive_rule(votes->standing, votes->value, tolerance);
    CHECK(is.majority == wanted.majority);
    CHECK(!is.majority || (is.value == wanted.value));
    for (uint8_t at = 0; is.majority && (at < PLACES); at++) {
        const int apart = (int)votes->value[at] - (int)wanted.value;
        const bool agrees = votes->standing[at] && (apart <= (int)tolerance) &&
                            (-apart <= (int)tolerance);
        CHECK(((is.agreeing >> at) & 1) == (agrees ? 1 : 0));
    }
}

/** All values of a small set, each standing or not. */
static void every_ballot_is_counted_as_the_page_says(void)
{
    check_named("VOTER-2: every ballot");
    const uint16_t count = COUNT(some_values);
    for (uint16_t which = 0; which < (uint16_t)(8u * count * count * count); which++) {
        ballot votes;
        uint16_t rest = which / 8u;
        for (uint8_t at = 0; at < PLACES; at++) {
            votes.standing[at] = (which & (1u << at)) != 0u;
            votes.value[at] = some_values[rest % count];
            rest = (uint16_t)(rest / count);
        }
        for (uint8_t at = 0; at < COUNT(some_tolerances); at++) {
            compare_rule(&votes, some_tolerances[at]);
        }
    }
}

static const uint8_t orders[6][PLACES] = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
};

static void check_pin(const bool *standing, const uint16_t *value, const declaration *as)
{
    const naive_outcome wanted = naive_rule(standing, value, as->tolerance);
    CHECK(fake[0].mode == MODULATED);
    CHECK(fake[0].value == (wanted.majority ? wanted.value : as->safe_value));
}

/** Through the whole voter, in every order: after the last vote the order makes no difference. */
static void every_order_of_arrival_ends_alike(void)
{
    const declaration as = {USE_PWM, SAFE_VALUE, 77, 1, 0, 100};
    const uint16_t values[] = {10, 11, 12, 14};
    fresh("VOTER-2: every order of arrival");
    declare_by_two(0, &as);
    uint16_t sequence = 0;
    for (uint16_t which = 0; which < 8u * 64u * 6u; which++) {
        const uint8_t *const order = orders[which % 6u];
        bool standing[PLACES];
        uint16_t value[PLACES];
        sequence++;
        for (uint8_t at = 0; at < PLACES; at++) {
            standing[at] = ((which / 6u) & (1u << at)) != 0u;
            value[at] = values[((which / 48u) >> (2u * at)) & 3u];
        }
        for (uint8_t turn = 0; turn < PLACES; turn++) {
            if (standing[order[turn]]) {
                CHECK(say(order[turn], 0, sequence, value[order[turn]], 3) == RESULT_DONE);
            }
        }
        check_pin(standing, value, &as);
        ticks(2);
        check_pin(standing, value, &as);
        ticks(1);
        CHECK(fake[0].value == 77u);
        heard_nothing_yet();
    }
}

void voter_rule(void)
{
    every_ballot_is_counted_as_the_page_says();
    every_order_of_arrival_ends_alike();
}
