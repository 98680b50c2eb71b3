/** The voter once more, from a log of everything and with numbers that do not wrap. */
#include <string.h>

#include "voter-rig.h"

#define FUZZ_ROUNDS 60u
#define FUZZ_STEPS 4000u

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
        const bool near = (apart <= 1000) && (apart >= -1000);
        counts = counts || ((other != at) && model.heard[other] && near);
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

static uint8_t model_vote_taken(
    uint8_t at, uint8_t number, long sequence, uint16_t value, uint16_t hold)
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
        if (!model.heard[at] || (sequence > model.newest[at])) {
            model.newest[at] = sequence;
        }
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
        const uint16_t safe = model.as[number].safe_value;
        const uint16_t wanted = model.driven[number] ? model.value[number] : safe;
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

void voter_model(void)
{
    votes_by_chance_are_judged_as_by_the_model();
}
