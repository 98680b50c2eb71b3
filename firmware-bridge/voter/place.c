#include "place.h"

#include <string.h>

#define LATE_MIN 5u

typedef struct {
    /** Until its hold is over. */
    bool given;
    uint16_t value;
    moment until;
    /** Of the newest vote, once there was one since the start or an ask. */
    bool heard;
    uint16_t sequence;
} vote;

typedef struct {
    vote votes[OUTPUTS];
    /** Of all its votes. */
    bool heard;
    /** It asked: its next sequence is taken, and until then the newest stays in the median. */
    bool asked;
    uint16_t newest;
    /** A bit for each of the last eight votes: 1 for one that came too late. */
    uint8_t late;
    bool spoke;
    moment spoke_until;
    /** It named another cluster. */
    bool foreign;
    moment foreign_until;
} place;

static place places[PLACES];

void places_begin(void)
{
    memset(places, 0, sizeof places);
}

void place_asked(uint8_t at)
{
    /* What was too late before is not in time because a new count begins. */
    const bool behind = place_behind(at);
    places[at].asked = true;
    for (uint8_t output = 0; output < OUTPUTS; output++) {
        vote *const one = &places[at].votes[output];
        one->heard = false;
        one->given = one->given && !behind;
    }
}

void places_forget_votes(void)
{
    for (uint8_t at = 0; at < PLACES; at++) {
        for (uint8_t output = 0; output < OUTPUTS; output++) {
            places[at].votes[output].given = false;
        }
        places[at].foreign = false;
    }
}

static void remember(uint8_t at, bool late, moment now)
{
    place *const one = &places[at];
    one->late = (uint8_t)((uint8_t)(one->late << 1) | (uint8_t)late);
    one->spoke = true;
    one->spoke_until = after_ms(now, REMEMBERED);
    one->foreign = false;
}

static void count_sequence(place *one, uint16_t sequence)
{
    const bool known = one->heard && !one->asked;
    if (sequence_result(known, one->newest, sequence) == RESULT_DONE) {
        one->heard = true;
        one->asked = false;
        one->newest = sequence;
    }
}

result place_vote(
    uint8_t at, uint8_t output, uint16_t sequence, uint16_t value, uint16_t hold, moment now)
{
    vote *const one = &places[at].votes[output];
    result is = sequence_result(one->heard, one->sequence, sequence);
    if (hold > HOLD_MAX) {
        is = RESULT_RANGE;
    } else if (is == RESULT_OLD) {
        remember(at, true, now);
    } else if ((is == RESULT_DONE) && (hold == 0u)) {
        is = RESULT_RANGE;
        remember(at, true, now);
    } else if (is == RESULT_DONE) {
        *one = (vote){true, value, after_ms(now, hold), true, sequence};
        count_sequence(&places[at], sequence);
        const bool behind = place_behind(at);
        remember(at, behind, now);
        is = behind ? RESULT_OLD : RESULT_DONE;
    } else {
        /* Repeated: nothing is new. */
    }
    return is;
}

void place_named_another_cluster(uint8_t at, moment now)
{
    places[at].foreign = true;
    places[at].foreign_until = after_ms(now, REMEMBERED);
}

static void poll(place *one, moment now)
{
    for (uint8_t output = 0; output < OUTPUTS; output++) {
        vote *const its = &one->votes[output];
        if (its->given && is_due(its->until, now)) {
            its->given = false;
        }
    }
    if (one->spoke && is_due(one->spoke_until, now)) {
        one->spoke = false;
        one->late = 0;
    }
    if (one->foreign && is_due(one->foreign_until, now)) {
        one->foreign = false;
    }
}

void places_poll(moment now)
{
    for (uint8_t at = 0; at < PLACES; at++) {
        poll(&places[at], now);
    }
}

/** How far `a` is ahead of `b`; negative where it is behind. */
static int16_t ahead(const place *a, const place *b)
{
    return (int16_t)(uint16_t)(a->newest - b->newest);
}

static bool near(const place *a, const place *b)
{
    const int16_t apart = ahead(a, b);
    return (apart >= -(int16_t)APART_MAX) && (apart <= (int16_t)APART_MAX);
}

/** Does it take part in the median? Only with a place that it is not too far from. */
static bool counts(uint8_t at)
{
    const place *const one = &places[at];
    const place *const next = &places[(at + 1u) % PLACES];
    const place *const last = &places[(at + 2u) % PLACES];
    return one->heard && ((next->heard && near(one, next)) || (last->heard && near(one, last)));
}

/**
 * How many that take part are ahead of this one by BEHIND or more. Of three the median is that far
 * ahead if two of them are; of two the smaller one is their median, so again if both are.
 */
bool place_behind(uint8_t at)
{
    uint8_t far = 0;
    for (uint8_t other = 0; other < PLACES; other++) {
        const int16_t lead = ahead(&places[other], &places[at]);
        if (counts(other) && (lead >= (int16_t)BEHIND)) {
            far++;
        }
    }
    return places[at].heard && (far >= 2u);
}

static uint8_t bits_in(uint8_t byte)
{
    uint8_t count = 0;
    for (uint8_t bit = 0; bit < 8u; bit++) {
        if ((byte & (1u << bit)) != 0u) {
            count++;
        }
    }
    return count;
}

bool place_late(uint8_t at)
{
    return places[at].spoke && (place_behind(at) || (bits_in(places[at].late) >= LATE_MIN));
}

bool place_foreign(uint8_t at)
{
    return places[at].foreign;
}

bool place_votes_for(uint8_t at, uint8_t output)
{
    return places[at].votes[output].given;
}

void places_ballot(uint8_t output, ballot *votes)
{
    for (uint8_t at = 0; at < PLACES; at++) {
        const vote *const one = &places[at].votes[output];
        votes->standing[at] = one->given && !place_behind(at);
        votes->value[at] = one->value;
    }
}
