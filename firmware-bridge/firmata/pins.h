/** The modes of the pins, in Firmata's numbers, and what each was told last. */
#ifndef FIRMATA_PINS_H
#define FIRMATA_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

enum {
    MODE_INPUT = 0,
    MODE_OUTPUT = 1,
    MODE_ANALOG = 2,
    MODE_PWM = 3,
    MODE_SERVO = 4,
    MODE_PULLUP = 11,
};

#define MODES_MAX 6u

typedef struct {
    uint8_t mode;
    uint8_t bits;
} ability;

/** What the pin can do, at most MODES_MAX; returns how many. None for the serial line. */
uint8_t pin_abilities(uint8_t pin, ability *abilities);

uint8_t pin_mode(uint8_t pin);

/** An output's value; of an input whether it is pulled up. */
uint16_t pin_state(uint8_t pin);

/** False, and nothing changes, where the pin cannot do that. */
bool pin_set_mode(uint8_t pin, uint8_t mode);

/** A level for an output; an input is pulled up by 1. Other modes are left alone. */
void pin_set_level(uint8_t pin, bool high);

/** The same for an output only. */
void pin_set_output(uint8_t pin, bool high);

/** A duty for PWM, an angle or a pulse for a servo. */
void pin_set_analog(uint8_t pin, uint16_t value);

/** The pulses of 0 and of 180 degrees, in microseconds. */
void pin_set_servo_range(uint8_t pin, uint16_t low, uint16_t high);

/** The levels of the eight pins of a port that are inputs; the others are 0. */
uint8_t port_levels(uint8_t port);

/** As at the start: inputs, and those with a converter are analog. */
void pins_reset(void);

#endif
