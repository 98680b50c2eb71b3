/** What the voter asks of the chip: hardware.c on an ATmega2560, a recording in the tests. */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

/** A digital output is on from here. */
#define VALUE_ON 32768u

void output_let_go(uint8_t number);

/** The level stands before the direction is changed. */
void output_level(uint8_t number, bool high);

/** A duty of 0 to 1, as 0 to 65,535. */
void output_pwm(uint8_t number, uint16_t duty);

/** A payload to one place; false where its line has no room. */
bool place_send(uint8_t at, const uint8_t *payload, uint8_t length);
bool place_send_beat(uint8_t at, const uint8_t *payload, uint8_t length);

void hardware_begin(void);

#endif
