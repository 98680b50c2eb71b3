/**
 * What one replica has said: its votes, each until its hold is over, and how far it is in the
 * count of the cycles. Its place is the line it speaks on.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "ballot.h"
#include "hello.h"
#include "moment.h"

#define OUTPUTS 4u

/** Milliseconds. */
#define HOLD_MAX 60000u
/** How long a place that says nothing is remembered as late, or as one of another cluster. */
#define REMEMBERED 1000u

/** So many cycles behind the median, a place is late. */
#define BEHIND 3u
/** A place that is further from both others is no part of the median. */
#define APART_MAX 1000u

void places_begin(void);

/**
 * Whoever sits here asked: the next sequence is taken, whatever it is. Votes that stand go on to
 * stand, those that are too late are forgotten.
 */
void place_asked(uint8_t at);

/** All votes are forgotten: they were meant for another cluster. Who is foreign is seen anew. */
void places_forget_votes(void);

/** Refusals leave the votes as they are. The output is one. */
result place_vote(
    uint8_t at, uint8_t output, uint16_t sequence, uint16_t value, uint16_t hold, moment now);

void place_named_another_cluster(uint8_t at, moment now);

/** Ends what is over. */
void places_poll(moment now);

/** True for a place whose newest sequence is too far behind the median of the three. */
bool place_behind(uint8_t at);

/** Late now, or more often than not in its last eight votes. */
bool place_late(uint8_t at);

/** It has named another cluster just now. */
bool place_foreign(uint8_t at);

/** It has a vote for this output whose hold is not over. */
bool place_votes_for(uint8_t at, uint8_t output);

/** The votes that stand for an output. */
void places_ballot(uint8_t output, ballot *votes);

#endif
