#include "output.h"

#include <string.h>

#include "bytes.h"
#include "hardware.h"

declaration declaration_read(const uint8_t *bytes)
{
    const declaration as = {
        .use = bytes[0],
        .safe_kind = bytes[1],
        .safe_value = get_u16(&bytes[2]),
        .tolerance = get_u16(&bytes[4]),
        .grace = get_u16(&bytes[6]),
        .patience = get_u16(&bytes[8]),
    };
    return as;
}

void declaration_write(const declaration *as, uint8_t *bytes)
{
    bytes[0] = as->use;
    bytes[1] = as->safe_kind;
    put_u16(&bytes[2], as->safe_value);
    put_u16(&bytes[4], as->tolerance);
    put_u16(&bytes[6], as->grace);
    put_u16(&bytes[8], as->patience);
}

bool declaration_valid(const declaration *as)
{
    const uint8_t kind = as->use & (uint8_t)~USE_BY_RIGHT;
    const bool use = (kind == USE_OUTPUT) || (kind == USE_PWM);
    return use && (as->safe_kind <= SAFE_HOLD) && (as->grace <= GRACE_MAX);
}

static bool is_safe(uint8_t state)
{
    return (state != OUTPUT_DRIVEN) && (state != OUTPUT_GRACE);
}

static void drive(uint8_t number, uint8_t use, uint16_t value)
{
    if ((use & USE_PWM) != 0u) {
        output_pwm(number, value);
    } else {
        output_level(number, value >= VALUE_ON);
    }
}

static void apply(output *one, uint8_t number)
{
    if (!is_safe(one->state)) {
        drive(number, one->as.use, one->value);
    } else if (one->as.safe_kind == SAFE_VALUE) {
        drive(number, one->as.use, one->as.safe_value);
    } else if ((one->as.safe_kind == SAFE_INPUT) || !one->voted) {
        /* There is nothing to hold before the first vote. */
        output_let_go(number);
    } else {
        drive(number, one->as.use, one->value);
    }
    one->applied = true;
}

void output_begin(output *one, uint8_t number, const declaration *as)
{
    memset(one, 0, sizeof *one);
    one->as = *as;
    one->state = OUTPUT_UNDECLARED;
    if (declaration_valid(as)) {
        one->state = OUTPUT_VOTELESS;
        apply(one, number);
    } else {
        one->as.use = USE_NONE;
        output_let_go(number);
    }
}

void output_declare(output *one, const declaration *as)
{
    one->as = *as;
    one->ordered = one->ordered && output_by_right(one);
    if (one->state == OUTPUT_UNDECLARED) {
        one->state = OUTPUT_VOTELESS;
    }
    one->applied = false;
}

bool output_by_right(const output *one)
{
    return (one->as.use & USE_BY_RIGHT) != 0u;
}

void output_order(output *one, uint8_t from, uint16_t value, uint16_t hold, moment now)
{
    one->ordered = hold > 0u;
    one->order = value;
    one->order_from = from;
    one->order_until = after_ms(now, hold);
}

/** As if it were the vote of all; nothing votes on such an output. */
static outcome ordered(output *one, moment now)
{
    const outcome none = {0, false, 0, 0};
    const outcome order = {PLACES, true, one->order, (uint8_t)(1u << one->order_from)};
    if (one->ordered && is_due(one->order_until, now)) {
        one->ordered = false;
    }
    return one->ordered ? order : none;
}

static uint8_t next_state(output *one, const outcome *of, moment now)
{
    uint8_t state = OUTPUT_NO_MAJORITY;
    if (of->votes == 0u) {
        state = OUTPUT_VOTELESS;
    } else if (of->majority) {
        state = OUTPUT_DRIVEN;
    } else if ((one->state == OUTPUT_DRIVEN) && (one->as.grace > 0u)) {
        one->grace_until = after_ms(now, one->as.grace);
        state = OUTPUT_GRACE;
    } else if ((one->state == OUTPUT_GRACE) && !is_due(one->grace_until, now)) {
        state = OUTPUT_GRACE;
    } else {
        /* Safe for want of a majority. */
    }
    return state;
}

/** Nobody is judged without a majority; during grace it may only not have arrived yet. */
static void judge(output *one, uint8_t at, const ballot *votes, moment now)
{
    dissent *const its = &one->dissents[at];
    const bool agrees = (one->agreeing & (uint8_t)(1u << at)) != 0u;
    const bool clear = !votes->standing[at] || is_safe(one->state);
    if (clear || ((one->state == OUTPUT_DRIVEN) && agrees)) {
        *its = (dissent){false, 0, false};
    } else if ((one->state == OUTPUT_DRIVEN) && !its->outside) {
        *its = (dissent){true, now, false};
    } else if (its->outside && !is_due(now, after_ms(its->since, one->as.patience))) {
        /* Kept as a fact: the difference of two moments does not last for ever. */
        its->disagrees = true;
    } else {
        /* Within patience. */
    }
}

void output_step(output *one, uint8_t number, const ballot *votes, moment now)
{
    if (one->state == OUTPUT_UNDECLARED) {
        return;
    }
    const outcome of =
        output_by_right(one) ? ordered(one, now) : ballot_count(votes, one->as.tolerance);
    const uint8_t state = next_state(one, &of, now);
    const bool moved = (state == OUTPUT_DRIVEN) && (!one->voted || (of.value != one->value));
    const bool changed = moved || (is_safe(state) != is_safe(one->state)) || !one->applied;
    one->state = state;
    one->agreeing = (state == OUTPUT_DRIVEN) ? of.agreeing : 0u;
    if (state == OUTPUT_DRIVEN) {
        one->value = of.value;
        one->voted = true;
    }
    if (changed) {
        apply(one, number);
    }
    for (uint8_t at = 0; at < PLACES; at++) {
        judge(one, at, votes, now);
    }
}

uint16_t output_value(const output *one)
{
    uint16_t value = 0;
    if ((one->state == OUTPUT_UNDECLARED) || (is_safe(one->state) &&
        ((one->as.safe_kind == SAFE_INPUT) || ((one->as.safe_kind == SAFE_HOLD) && !one->voted)))) {
        value = 0;
    } else if (is_safe(one->state) && (one->as.safe_kind == SAFE_VALUE)) {
        value = one->as.safe_value;
    } else {
        value = one->value;
    }
    return value;
}
