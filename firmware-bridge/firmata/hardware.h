/**
 * What the Firmata firmware asks of the chip. Pins have the numbers of an Arduino Uno; 0 and 1 are
 * the serial line, and nobody touches them.
 */
#ifndef FIRMATA_HARDWARE_H
#define FIRMATA_HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#define PINS 20u
#define PIN_FIRST 2u
#define PIN_ANALOG_FIRST 14u
#define ANALOG_CHANNELS 6u
#define SERVO_FIRST 9u
#define SERVO_LAST 10u

/** D3, D5, D6, D9, D10, D11. */
bool pin_has_pwm(uint8_t pin);

/** D9, D10. */
bool pin_has_servo(uint8_t pin);

/** An input, pulled up or not; its changes wake the chip. */
void pin_input(uint8_t pin, bool pull_up);

/** What an output drives, and whether an input is pulled up. */
void pin_latch(uint8_t pin, bool high);

/** Drives what the latch has. */
void pin_output(uint8_t pin);

/** Drives with a duty of 0 to 255, at 490 or 977 Hz; the ends are levels without a timer. */
void pin_pwm(uint8_t pin, uint8_t duty);

/** Drives with a pulse of so many microseconds, 50 times a second. */
void pin_servo(uint8_t pin, uint16_t pulse);

bool pin_high(uint8_t pin);

/** Begins a conversion of an analog channel. */
void analog_start(uint8_t channel);

/** False while it converts. */
bool analog_take(uint16_t *value);

/** Counts 1,024 microseconds; wraps. */
uint16_t ticks_now(void);

/** Has anything but the line woken the chip since the last time? Asked with interrupts disabled. */
bool hardware_woke(void);

/** Every pin is an input afterwards. */
void hardware_begin(void);

#endif
