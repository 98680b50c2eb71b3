/**
 * What the bridge asks of the chip: hardware.c on an ATmega328P, a recording in the tests. Pins
 * have the numbers of an Arduino Uno, from PIN_FIRST to PIN_LAST.
 */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "moment.h"

#define PIN_FIRST 2u
#define PIN_LAST 19u
#define PIN_ANALOG_FIRST 14u
#define PINS (PIN_LAST - PIN_FIRST + 1u)

/** Lets go of the pin. */
void pin_input(uint8_t pin, bool pull_up);

/** Without the input buffer, which a voltage between the levels would only heat. */
void pin_analog(uint8_t pin);

/** Drives it; the level stands before the direction is changed. */
void pin_output(uint8_t pin, bool high);

/** Drives it with a duty of 0 to 1, as 0 to 65,535. It is one of the pins with PWM. */
void pin_pwm(uint8_t pin, uint16_t duty);

bool pin_high(uint8_t pin);

/** From now on edge_seen (edges.h) hears of its changes. */
void pin_watch(uint8_t pin, bool watched);

/** Begins a conversion of an analog pin. */
void analog_start(uint8_t pin);

/** False while it converts. */
bool analog_take(uint16_t *value);

moment hardware_now(void);

/** The same with interrupts disabled, and enabled again, as edges.c needs it. */
void interrupts_off(void);
void interrupts_on(void);

void hardware_begin(void);

/** Has anything but the line woken the chip since the last time? Asked with interrupts disabled. */
bool hardware_woke(void);

/** A payload to the host; false where the line has no room. */
bool host_send(const uint8_t *payload, uint8_t length);
bool host_send_beat(const uint8_t *payload, uint8_t length);
uint16_t host_overruns(void);

#endif
