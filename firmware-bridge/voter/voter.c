#include "voter.h"

#include <string.h>

#include "bytes.h"
#include "fence.h"
#include "hardware.h"
#include "output.h"
#include "place.h"
#include "proposal.h"
#include "store.h"

#define TYPE_VOTE 0x30u
#define TYPE_DECLARE 0x31u
#define TYPE_VERDICT 0x32u
#define TYPE_TAKEN 0x33u
#define TYPE_DRIVE 0x34u

#define VOTE_BYTES 10u
#define DECLARE_BYTES 16u
#define TAKEN_BYTES 5u
#define DRIVE_BYTES 16u
#define DRIVE_TOKEN 10u
#define VERDICT_HEAD 11u
#define VERDICT_OUTPUT 5u
#define VERDICT_BYTES (VERDICT_HEAD + OUTPUTS * VERDICT_OUTPUT)

#define VERDICT_PERIOD (50u * MILLISECOND)

#define REPLICA_WELL 0u
#define REPLICA_SILENT 1u
#define REPLICA_DISAGREES 2u
#define REPLICA_LATE 3u
#define REPLICA_FOREIGN 4u

#define STORED_BYTES (2u + OUTPUTS * DECLARATION_BYTES)

static struct {
    start_facts start;
    /** 0 while no declaration was seconded. */
    uint16_t cluster;
    output outputs[OUTPUTS];
    /** Places that speak another version of the protocol. */
    bool other_version[PLACES];
    moment verdict_at;
    uint16_t verdicts;
#ifdef WITH_FAULTS
    bool hung;
#endif
} voter;

static void say_hello(uint8_t at, moment now)
{
    uint8_t payload[HELLO_BYTES];
    hello_payload(payload, KIND_VOTER, OUTPUTS, &voter.start, voter.cluster, now);
    (void)place_send(at, payload, HELLO_BYTES);
}

void voter_begin(const start_facts *start, moment now)
{
    uint8_t stored[STORED_BYTES];
    memset(&voter, 0, sizeof voter);
    (void)store_load(stored, STORED_BYTES);
    places_begin();
    proposals_begin();
    fence_begin(start->boots <= 1u);
    voter.start = *start;
    voter.cluster = get_u16(stored);
    /* On a tick of the clock, which wakes the chip. */
    voter.verdict_at = VERDICT_PERIOD;
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        const declaration as = declaration_read(&stored[2u + number * DECLARATION_BYTES]);
        output_begin(&voter.outputs[number], number, &as);
    }
    for (uint8_t at = 0; at < PLACES; at++) {
        say_hello(at, now);
    }
}

static void save(moment now)
{
    uint8_t stored[STORED_BYTES];
    put_u16(stored, voter.cluster);
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        const declaration *const as = &voter.outputs[number].as;
        declaration_write(as, &stored[2u + number * DECLARATION_BYTES]);
    }
    store_write(stored, STORED_BYTES, now);
}

/** What was declared for another cluster is nothing to this one. */
static void bind(uint16_t cluster)
{
    const declaration none = {0, 0, 0, 0, 0, 0};
    if (voter.cluster != cluster) {
        voter.cluster = cluster;
        fence_forget();
        places_forget_votes();
        proposals_keep(cluster);
        for (uint8_t number = 0; number < OUTPUTS; number++) {
            output_begin(&voter.outputs[number], number, &none);
        }
    }
}

static result take_declaration(uint8_t at, const uint8_t *payload, moment now)
{
    const uint16_t cluster = get_u16(&payload[1]);
    const uint8_t number = payload[5];
    const declaration as = declaration_read(&payload[6]);
    result is = RESULT_DONE;
    if (number >= OUTPUTS) {
        is = RESULT_PIN;
    } else if ((cluster == 0u) || !declaration_valid(&as)) {
        is = RESULT_RANGE;
    } else if (proposal_made(at, number, cluster, &payload[6])) {
        bind(cluster);
        output_declare(&voter.outputs[number], &as);
        store_changed();
    } else if ((voter.cluster != 0u) && (voter.cluster != cluster)) {
        place_named_another_cluster(at, now);
        is = RESULT_CLUSTER;
    } else {
        /* Kept until another place says the same. */
    }
    return is;
}

/** What a vote and an order have in common: may it be said of this output at all? */
static result check(uint8_t at, const uint8_t *payload, bool by_right, moment now)
{
    const uint16_t cluster = get_u16(&payload[1]);
    const uint8_t number = payload[5];
    result is = RESULT_DONE;
    if (voter.cluster == 0u) {
        is = RESULT_UNBOUND;
    } else if (cluster != voter.cluster) {
        place_named_another_cluster(at, now);
        is = RESULT_CLUSTER;
    } else if ((number >= OUTPUTS) || (voter.outputs[number].state == OUTPUT_UNDECLARED) ||
               (output_by_right(&voter.outputs[number]) != by_right)) {
        is = RESULT_PIN;
    } else {
        /* It may. */
    }
    return is;
}

static result take_vote(uint8_t at, const uint8_t *payload, moment now)
{
    result is = check(at, payload, false, now);
    if (is == RESULT_DONE) {
        const uint16_t value = get_u16(&payload[6]);
        const uint16_t hold = get_u16(&payload[8]);
        is = place_vote(at, payload[5], get_u16(&payload[3]), value, hold, now);
    }
    return is;
}

static result take_order(uint8_t at, const uint8_t *payload, moment now)
{
    const uint8_t *const token = &payload[DRIVE_TOKEN];
    const uint16_t hold = get_u16(&payload[8]);
    result is = check(at, payload, true, now);
    if (is != RESULT_DONE) {
        /* Its token is none of this cluster's outputs. */
    } else if (token_is_none(token) || !fence_passes(token)) {
        is = RESULT_STALE;
    } else if (hold > HOLD_MAX) {
        is = RESULT_RANGE;
    } else {
        output_order(&voter.outputs[payload[5]], at, get_u16(&payload[6]), hold, now);
    }
    return is;
}

static void say_taken(uint8_t at, const uint8_t *payload, result is)
{
    uint8_t taken[TAKEN_BYTES];
    taken[0] = TYPE_TAKEN;
    taken[1] = payload[3];
    taken[2] = payload[4];
    taken[3] = (uint8_t)is;
    taken[4] = payload[5];
    (void)place_send(at, taken, TAKEN_BYTES);
}

static void take_ask(uint8_t at, const uint8_t *payload, moment now)
{
    voter.other_version[at] = payload[1] != PROTOCOL_VERSION;
    place_asked(at);
    proposals_forget_of(at);
    say_hello(at, now);
}

static void look_for_hang(const uint8_t *payload, uint8_t length)
{
#ifdef WITH_FAULTS
    if ((length == HANG_BYTES) && (payload[0] == TYPE_HANG) && (get_u16(&payload[1]) == 0xDEADu)) {
        voter.hung = true;
    }
#else
    (void)payload;
    (void)length;
#endif
}

static void step_outputs(moment now)
{
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        ballot votes;
        places_ballot(number, &votes);
        output_step(&voter.outputs[number], number, &votes, now);
    }
}

void voter_take(uint8_t at, const uint8_t *payload, uint8_t length, moment now)
{
    const uint8_t type = payload[0];
    const bool heard = !voter.other_version[at];
    /* A vote that is over does not count with the one that arrives. */
    places_poll(now);
    if ((type == TYPE_ASK) && (length == ASK_BYTES)) {
        take_ask(at, payload, now);
    } else if (heard && (type == TYPE_VOTE) && (length == VOTE_BYTES)) {
        say_taken(at, payload, take_vote(at, payload, now));
    } else if (heard && (type == TYPE_DRIVE) && (length == DRIVE_BYTES)) {
        say_taken(at, payload, take_order(at, payload, now));
    } else if (heard && (type == TYPE_DECLARE) && (length == DECLARE_BYTES)) {
        say_taken(at, payload, take_declaration(at, payload, now));
    } else {
        look_for_hang(payload, length);
    }
    step_outputs(now);
}

/** A place is well only if nothing speaks against it. */
static uint8_t replica_status(uint8_t at)
{
    bool declared = false;
    bool silent = false;
    bool disagrees = false;
    uint8_t status = REPLICA_WELL;
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        const output *const one = &voter.outputs[number];
        if (one->state != OUTPUT_UNDECLARED) {
            declared = true;
            /* Of one by right nobody but its driver speaks. */
            silent = silent || (!output_by_right(one) && !place_votes_for(at, number));
            disagrees = disagrees || one->dissents[at].disagrees;
        }
    }
    if (place_foreign(at)) {
        status = REPLICA_FOREIGN;
    } else if (place_late(at)) {
        status = REPLICA_LATE;
    } else if (disagrees) {
        status = REPLICA_DISAGREES;
    } else if (silent || !declared) {
        status = REPLICA_SILENT;
    } else {
        /* Well. */
    }
    return status;
}

static void put_output(const output *one, uint8_t number, uint8_t *at)
{
    at[0] = number;
    at[1] = one->state;
    at[2] = one->agreeing;
    put_u16(&at[3], output_value(one));
}

static void say_verdict(moment now)
{
    uint8_t payload[VERDICT_BYTES];
    payload[0] = TYPE_VERDICT;
    put_u16(&payload[1], voter.verdicts);
    put_u32(&payload[3], now);
    for (uint8_t at = 0; at < PLACES; at++) {
        payload[8u + at] = replica_status(at);
    }
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        uint8_t *const at = &payload[VERDICT_HEAD + number * VERDICT_OUTPUT];
        put_output(&voter.outputs[number], number, at);
    }
    for (uint8_t at = 0; at < PLACES; at++) {
        payload[7] = at;
        (void)place_send_beat(at, payload, VERDICT_BYTES);
    }
    voter.verdicts++;
}

void voter_poll(moment now)
{
    places_poll(now);
    step_outputs(now);
    if (is_due(voter.verdict_at, now)) {
        say_verdict(now);
        /* Free of drift; what a stall has cost is not made up for. The watchdog bounds a stall. */
        while (is_due(voter.verdict_at, now)) {
            voter.verdict_at += VERDICT_PERIOD;
        }
    }
    if (store_poll(now)) {
        save(now);
    }
}

#ifdef WITH_FAULTS
bool voter_hung(void)
{
    return voter.hung;
}
#endif
