/**
 * The device clock, on Timer 1: a tick each millisecond, and the microseconds within it from the
 * counter. The same timer gives PWM of 1 kHz on its compare outputs, so that no PWM pin is lost to
 * the clock.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#include "moment.h"

/** Steps of half a microsecond: Timer 1 at F_CPU / 8. */
#define CLOCK_STEPS 2000u

void clock_begin(void);

moment clock_now(void);

/** The same for whoever has disabled interrupts already, such as an interrupt routine. */
moment clock_now_quiet(void);

/** Counts milliseconds: whether any time has passed at all. */
uint8_t clock_ticks(void);

#endif
