#include "ballot.h"

static bool agree(uint16_t a, uint16_t b, uint16_t tolerance)
{
    const uint16_t apart = (a > b) ? (uint16_t)(a - b) : (uint16_t)(b - a);
    return apart <= tolerance;
}

static uint16_t smaller(uint16_t a, uint16_t b)
{
    return (a < b) ? a : b;
}

static uint16_t larger(uint16_t a, uint16_t b)
{
    return (a < b) ? b : a;
}

static uint16_t middle(const uint16_t *of)
{
    const uint16_t low = smaller(of[0], of[1]);
    const uint16_t high = larger(of[0], of[1]);
    return larger(low, smaller(high, of[2]));
}

/** The standing values in front; returns how many there are. */
static uint8_t standing_values(const ballot *votes, uint16_t *values)
{
    uint8_t count = 0;
    for (uint8_t place = 0; place < PLACES; place++) {
        if (votes->standing[place]) {
            values[count] = votes->value[place];
            count++;
        }
    }
    return count;
}

static uint8_t agreeing_with(const ballot *votes, uint16_t value, uint16_t tolerance)
{
    uint8_t bits = 0;
    for (uint8_t place = 0; place < PLACES; place++) {
        if (votes->standing[place] && agree(votes->value[place], value, tolerance)) {
            bits = (uint8_t)(bits | (1u << place));
        }
    }
    return bits;
}

outcome ballot_count(const ballot *votes, uint16_t tolerance)
{
    uint16_t values[PLACES] = {0, 0, 0};
    outcome is = {standing_values(votes, values), false, 0, 0};
    if (is.votes == PLACES) {
        is.value = middle(values);
    } else {
        is.value = smaller(values[0], values[1]);
    }
    if (is.votes >= 2u) {
        is.agreeing = agreeing_with(votes, is.value, tolerance);
        /* More than the one whose value it is: more than one bit. */
        is.majority = (is.agreeing & (uint8_t)(is.agreeing - 1u)) != 0u;
    }
    return is;
}
