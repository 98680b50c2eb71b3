/**
 * The output voter: takes the votes and declarations of three places, drives the outputs as two of
 * three want them, and tells all three what it made of it.
 */
#ifndef VOTER_H
#define VOTER_H

#include <stdbool.h>
#include <stdint.h>

#include "ballot.h"
#include "hello.h"
#include "moment.h"

/** No answer to a place is longer: no frame of it is taken before there is room for it. */
#define VOTER_ANSWER_MAX HELLO_BYTES

/** Applies the stored safe states, then says hello on all lines. */
void voter_begin(const start_facts *start, moment now);

/** Takes a payload from a place. */
void voter_take(uint8_t at, const uint8_t *payload, uint8_t length, moment now);

/** Everything that time brings; each time around the main loop. */
void voter_poll(moment now);

#ifdef WITH_FAULTS
/** `hang` has come: the main loop is to stop. */
bool voter_hung(void);
#endif

#endif
