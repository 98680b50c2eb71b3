/**
 * The part of the Firmata protocol (2.5) that pins need: modes, levels, PWM, servos, reports, and
 * the questions with which a client finds out what the board is.
 */
#ifndef FIRMATA_FIRMATA_H
#define FIRMATA_FIRMATA_H

#include <stdint.h>

/** The longest answer: whoever takes bytes sees to it that the line has so much room. */
#define FIRMATA_ANSWER_MAX 180u

/** Lets every pin go, and says who it is. */
void firmata_begin(void);

/** A byte from the host. What is no message that is known here has no effect. */
void firmata_take(uint8_t byte);

#endif
