/** The voter over fake outputs: the vectors, its rule against a naive one, and votes by chance. */
#include <stdio.h>
#include <string.h>

#include "ballot.h"
#include "bytes.h"
#include "check.h"
#include "frame.h"
#include "hardware.h"
#include "output.h"
#include "place.h"
#include "voter.h"

#include "../vectors/vectors.h"

#define CLUSTER 0x1234u
#define FUZZ_ROUNDS 60u
#define FUZZ_STEPS 4000u
#define FUZZ_BYTES 1500000u

typedef enum { LET_GO, LEVEL, MODULATED } drive_mode;

static struct {
    drive_mode mode;
    uint16_t value;
} fake[OUTPUTS];

static moment now;
static frame_reader readers[PLACES];
/** The newest result that each place was told, and the newest verdict. */
static uint8_t result_of[PLACES];
static uint8_t newest[PLACES][FRAME_PAYLOAD_MAX];

void output_let_go(uint8_t number)
{
    fake[number].mode = LET_GO;
}

void output_level(uint8_t number, bool high)
{
    fake[number].mode = LEVEL;
    fake[number].value = high ? UINT16_MAX : 0u;
}

void output_pwm(uint8_t number, uint16_t duty)
{
    fake[number].mode = MODULATED;
    fake[number].value = duty;
}

bool place_send(uint8_t at, const uint8_t *payload, uint8_t length)
{
    CHECK((length > 0u) && (length <= FRAME_PAYLOAD_MAX));
    heard(at, payload, length);
    if (payload[0] == 0x33u) {
        result_of[at] = payload[3];
    }
    if (payload[0] == 0x32u) {
        memcpy(newest[at], payload, length);
    }
    return true;
}

bool place_send_beat(uint8_t at, const uint8_t *payload, uint8_t length)
{
    return place_send(at, payload, length);
}

static void start(uint8_t cause, uint16_t boots)
{
    const start_facts facts = {cause, boots};
    memset(readers, 0, sizeof readers);
    memset(fake, 0, sizeof fake);
    now = 0;
    voter_begin(&facts, now);
}

static void power_on(void)
{
    start(1, 1);
}

static void byte(uint8_t place, uint8_t one)
{
    const uint8_t length = frame_read(&readers[place], one);
    if (length > 0u) {
        voter_take(place, readers[place].plain, length, now);
    }
}

static void tick(void)
{
    now += 1000u;
    eeprom_tick();
    voter_poll(now);
}

static void ticks(uint16_t count)
{
    for (uint16_t time = 0; time < count; time++) {
        tick();
    }
}

static const device voter_device = {power_on, byte, tick};

static void fresh(const char *name)
{
    check_named(name);
    eeprom_erase();
    heard_nothing_yet();
    power_on();
}

static uint8_t declare_for(uint16_t cluster, uint8_t at, uint8_t number, const declaration *as)
{
    uint8_t payload[16] = {0x31};
    put_u16(&payload[1], cluster);
    put_u16(&payload[3], 1);
    payload[5] = number;
    declaration_write(as, &payload[6]);
    voter_take(at, payload, 16, now);
    return result_of[at];
}

static void declare_by_two(uint8_t number, const declaration *as)
{
    CHECK(declare_for(CLUSTER, 0, number, as) == RESULT_DONE);
    CHECK(declare_for(CLUSTER, 2, number, as) == RESULT_DONE);
}

static uint8_t say(uint8_t at, uint8_t number, uint16_t sequence, uint16_t value, uint16_t hold)
{
    uint8_t payload[10] = {0x30};
    put_u16(&payload[1], CLUSTER);
    put_u16(&payload[3], sequence);
    payload[5] = number;
    put_u16(&payload[6], value);
    put_u16(&payload[8], hold);
    voter_take(at, payload, 10, now);
    return result_of[at];
}

/** From the newest verdict, which must have come after what is asked about. */
static uint8_t state_told(uint8_t number)
{
    return newest[0][11u + 5u * number + 1u];
}

static uint8_t replica_told(uint8_t at)
{
    return newest[1][8u + at];
}

typedef struct {
    bool majority;
    uint16_t value;
} naive_outcome;

/** As the page has it: some pair agrees; then the middle of three, or the smaller of two. */
static naive_outcome naive_rule(const bool *standing, const uint16_t *value, uint16_t tolerance)
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
    const uint8_t ask[2] = {0x02, 1};
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
    const uint8_t ask[2] = {0x02, 1};
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

/* What follows is the voter once more, from a log of everything and with numbers that do not wrap. */

typedef struct {
    bool given;
    long until;
    bool heard;
    long sequence;
    uint16_t value;
} model_vote;

static struct {
    model_vote votes[PLACES][OUTPUTS];
    bool heard[PLACES];
    long newest[PLACES];
    bool driven[OUTPUTS];
    bool grace[OUTPUTS];
    long grace_until[OUTPUTS];
    uint16_t value[OUTPUTS];
    declaration as[OUTPUTS];
    long now;
} model;

static bool model_counts(uint8_t at)
{
    bool counts = false;
    for (uint8_t other = 0; other < PLACES; other++) {
        const long apart = model.newest[at] - model.newest[other];
        counts = counts || ((other != at) && model.heard[other] && (apart <= 1000) && (apart >= -1000));
    }
    return counts && model.heard[at];
}

static bool model_behind(uint8_t at)
{
    long taking_part[PLACES];
    int count = 0;
    for (uint8_t other = 0; other < PLACES; other++) {
        if (model_counts(other)) {
            taking_part[count++] = model.newest[other];
        }
    }
    for (int a = 0; a < count; a++) {
        for (int b = a + 1; b < count; b++) {
            if (taking_part[b] < taking_part[a]) {
                const long swap = taking_part[a];
                taking_part[a] = taking_part[b];
                taking_part[b] = swap;
            }
        }
    }
    const long median = (count == 3) ? taking_part[1] : ((count == 2) ? taking_part[0] : 0);
    return (count >= 2) && model.heard[at] && ((median - model.newest[at]) >= 3);
}

static uint8_t model_vote_taken(uint8_t at, uint8_t number, long sequence, uint16_t value, uint16_t hold)
{
    model_vote *const one = &model.votes[at][number];
    uint8_t is = RESULT_DONE;
    if (hold > 60000u) {
        is = RESULT_RANGE;
    } else if (one->heard && (sequence < one->sequence)) {
        is = RESULT_OLD;
    } else if (one->heard && (sequence == one->sequence)) {
        is = RESULT_REPEATED;
    } else if (hold == 0u) {
        is = RESULT_RANGE;
    } else {
        const model_vote fresh_one = {true, model.now + hold, true, sequence, value};
        *one = fresh_one;
        model.newest[at] = (!model.heard[at] || (sequence > model.newest[at])) ? sequence : model.newest[at];
        model.heard[at] = true;
        is = model_behind(at) ? RESULT_OLD : RESULT_DONE;
    }
    return is;
}

static void model_judge(uint8_t number)
{
    bool standing[PLACES];
    uint16_t value[PLACES];
    bool any = false;
    for (uint8_t at = 0; at < PLACES; at++) {
        const model_vote *const one = &model.votes[at][number];
        standing[at] = one->given && (one->until > model.now) && !model_behind(at);
        value[at] = one->value;
        any = any || standing[at];
    }
    const naive_outcome of = naive_rule(standing, value, model.as[number].tolerance);
    if (of.majority) {
        model.driven[number] = true;
        model.grace[number] = false;
        model.value[number] = of.value;
    } else if (!any) {
        model.driven[number] = false;
    } else if (model.driven[number] && !model.grace[number]) {
        model.grace[number] = true;
        model.grace_until[number] = model.now + model.as[number].grace;
    } else {
        /* Grace goes on, or it is safe. */
    }
    if (model.driven[number] && model.grace[number] && (model.now >= model.grace_until[number])) {
        model.driven[number] = false;
    }
    model.grace[number] = model.grace[number] && model.driven[number];
}

static void model_compare(void)
{
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        model_judge(number);
        const uint16_t wanted = model.driven[number] ? model.value[number] : model.as[number].safe_value;
        CHECK(fake[number].value == wanted);
    }
}

static void step_by_chance(long *sequences)
{
    static const uint16_t holds[] = {0, 1, 5, 20, 20, 40, 40, 60, 60001};
    const uint8_t at = (uint8_t)dice_below(PLACES);
    const uint8_t number = (uint8_t)dice_below(OUTPUTS);
    const uint16_t hold = holds[dice_below(COUNT(holds))];
    const uint16_t value = (uint16_t)(100u + dice_below(4) * 3u);
    if (dice_below(3) > 0u) {
        sequences[at] += (long)dice_below(3);
    }
    if (dice_below(200) == 0u) {
        sequences[at] += (long)dice_below(1500);
    }
    const long sequence = sequences[at] - ((dice_below(10) == 0u) ? (long)dice_below(5) : 0);
    const uint8_t is = say(at, number, (uint16_t)sequence, value, hold);
    CHECK(is == model_vote_taken(at, number, sequence, value, hold));
    model_compare();
    if (dice_below(2) == 0u) {
        tick();
        model.now++;
        model_compare();
    }
}

static void votes_by_chance_are_judged_as_by_the_model(void)
{
    for (uint16_t round = 0; round < FUZZ_ROUNDS; round++) {
        fresh("VOTER-2, VOTER-3, VOTER-4, VOTER-9: votes by chance");
        memset(&model, 0, sizeof model);
        const long from = 65536L * (1L + (long)dice_below(3)) - (long)dice_below(3000);
        long sequences[PLACES] = {from, from, from};
        for (uint8_t number = 0; number < OUTPUTS; number++) {
            const declaration as = {
                USE_PWM, SAFE_VALUE, (uint16_t)(7u * number), (uint16_t)dice_below(5),
                (uint16_t)dice_below(30), 100,
            };
            model.as[number] = as;
            declare_by_two(number, &as);
        }
        for (uint16_t step = 0; step < FUZZ_STEPS; step++) {
            step_by_chance(sequences);
            /* All near each other again, now and then: else one alone runs away. */
            if (dice_below(100) == 0u) {
                const long most = (sequences[0] > sequences[1]) ? sequences[0] : sequences[1];
                sequences[0] = (most > sequences[2]) ? most : sequences[2];
                sequences[1] = sequences[0];
                sequences[2] = sequences[0];
            }
            heard_nothing_yet();
        }
    }
}

static void bytes_by_chance(void)
{
    fresh("VOTER-13: bytes by chance");
    for (uint32_t count = 0; count < FUZZ_BYTES; count++) {
        byte((uint8_t)dice_below(PLACES), (uint8_t)((dice_below(16) == 0u) ? 0u : dice()));
        if ((count % 256u) == 0u) {
            tick();
            heard_nothing_yet();
        }
    }
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        CHECK(fake[number].mode == LET_GO);
    }
    const uint8_t ask[2] = {2, 1};
    voter_take(1, ask, 2, now);
    CHECK(told(1, "0101020100010001000004........"));
}

/** Payloads that are nearly right, of every kind. */
static void payloads_by_chance(void)
{
    fresh("VOTER-13: payloads by chance");
    for (uint32_t count = 0; count < 300000u; count++) {
        uint8_t payload[FRAME_PAYLOAD_MAX];
        uint8_t length = (uint8_t)(1u + dice_below(20));
        for (uint8_t at = 0; at < length; at++) {
            payload[at] = (uint8_t)((dice_below(3) == 0u) ? dice() : dice_below(5));
        }
        if (dice_below(4) > 0u) {
            payload[0] = (uint8_t)(0x30u + dice_below(2));
            length = (payload[0] == 0x30u) ? 10u : 16u;
            put_u16(&payload[1], CLUSTER);
        }
        voter_take((uint8_t)dice_below(PLACES), payload, length, now);
        ticks((uint16_t)dice_below(3));
        heard_nothing_yet();
        for (uint8_t number = 0; number < OUTPUTS; number++) {
            CHECK(state_told(number) <= OUTPUT_VOTELESS);
        }
    }
}

int main(void)
{
    run_sequences(&voter_device, voter_sequences, COUNT(voter_sequences));
    every_ballot_is_counted_as_the_page_says();
    every_order_of_arrival_ends_alike();
    no_standing_vote_is_safe_at_once();
    an_expired_vote_does_not_count_with_a_new_one();
    without_a_majority_grace_and_then_safe();
    a_held_output_keeps_what_was_voted();
    declarations_outlive_a_reset();
    one_replica_declares_nothing();
    a_lying_replica_is_told();
    a_late_replica_does_not_stand();
    an_ask_lets_no_late_vote_stand();
    a_cluster_that_was_left_is_not_bound_by_one();
    an_ask_takes_a_declaration_back();
    votes_whose_hold_has_run_out_are_late();
    a_place_far_from_both_others_has_no_say_in_the_median();
    crossed_cables_show();
    votes_by_chance_are_judged_as_by_the_model();
    bytes_by_chance();
    payloads_by_chance();
    (void)frames;
    (void)streams;
    (void)bridge_sequences;
    return check_ended("voter");
}
