/**
 * Samples the pins that the host wants sampled, once in each period: digital ones at once, analog
 * ones by one conversion after the other, without waiting for it. Eight pins go in one frame.
 */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdint.h>

#include "moment.h"

/** Milliseconds. */
#define SAMPLING_MIN 5u
#define SAMPLING_MAX 10000u
#define SAMPLING_AT_START 20u

void sampler_begin(moment now);

/** In milliseconds, from SAMPLING_MIN to SAMPLING_MAX; the next round begins now. */
void sampler_set_period(uint16_t period, moment now);

void sampler_poll(moment now);

#endif
