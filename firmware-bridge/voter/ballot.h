/**
 * The rule of the vote, as arithmetic: two of three, within a tolerance. Of three standing votes
 * the middle one counts if it agrees with one other at least (mid-value select); of two the smaller
 * one if they agree. Whoever is alone, and two that differ, decide nothing.
 */
#ifndef BALLOT_H
#define BALLOT_H

#include <stdbool.h>
#include <stdint.h>

#define PLACES 3u

typedef struct {
    bool standing[PLACES];
    uint16_t value[PLACES];
} ballot;

typedef struct {
    /** How many votes stand. */
    uint8_t votes;
    /** The next two count only with a majority. */
    bool majority;
    uint16_t value;
    /** A bit for each place whose vote agrees with the value. */
    uint8_t agreeing;
} outcome;

outcome ballot_count(const ballot *votes, uint16_t tolerance);

#endif
