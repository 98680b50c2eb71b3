/**
 * The outputs of an ATmega2560 at 16 MHz, as an Arduino Mega has them: D5 to D8, with PWM of 1 kHz
 * in 2,000 steps by Timers 3 and 4. A duty of 0 or 1 is a level without a timer.
 */
#include "hardware.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "line.h"

#define STEPS 2000ul

typedef struct {
    volatile uint8_t *direction;
    volatile uint8_t *out;
    uint8_t mask;
    volatile uint8_t *control;
    /** In `control`: the timer's output is on the pin. */
    uint8_t connected;
    volatile uint16_t *compare;
} place;

/** Output 0 is D5 (PE3), 1 D6 (PH3), 2 D7 (PH4), 3 D8 (PH5). */
static place place_of(uint8_t number)
{
    place at = {&DDRH, &PORTH, _BV(PH3), &TCCR4A, _BV(COM4A1), &OCR4A};
    switch (number) {
    case 0u:
        at = (place){&DDRE, &PORTE, _BV(PE3), &TCCR3A, _BV(COM3A1), &OCR3A};
        break;
    case 2u:
        at.mask = _BV(PH4);
        at.connected = _BV(COM4B1);
        at.compare = &OCR4B;
        break;
    case 3u:
        at.mask = _BV(PH5);
        at.connected = _BV(COM4C1);
        at.compare = &OCR4C;
        break;
    default:
        /* Output 1. */
        break;
    }
    return at;
}

static void set(volatile uint8_t *at, uint8_t mask, bool on)
{
    *at = on ? (uint8_t)(*at | mask) : (uint8_t)(*at & (uint8_t)~mask);
}

void output_let_go(uint8_t number)
{
    const place at = place_of(number);
    set(at.direction, at.mask, false);
    set(at.control, at.connected, false);
    set(at.out, at.mask, false);
}

void output_level(uint8_t number, bool high)
{
    const place at = place_of(number);
    set(at.out, at.mask, high);
    set(at.control, at.connected, false);
    set(at.direction, at.mask, true);
}

void output_pwm(uint8_t number, uint16_t duty)
{
    const uint16_t steps = (uint16_t)((duty * STEPS + UINT16_MAX / 2u) / UINT16_MAX);
    if ((steps == 0u) || (steps >= STEPS)) {
        output_level(number, steps != 0u);
    } else {
        const place at = place_of(number);
        /* Sixteen bits go through a register that interrupts use as well, to read the clock. */
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
        {
            *at.compare = (uint16_t)(steps - 1u);
        }
        set(at.control, at.connected, true);
        set(at.direction, at.mask, true);
    }
}

bool place_send(uint8_t at, const uint8_t *payload, uint8_t length)
{
    return line_send((uint8_t)(at + 1u), payload, length);
}

bool place_send_beat(uint8_t at, const uint8_t *payload, uint8_t length)
{
    return line_send_beat((uint8_t)(at + 1u), payload, length);
}

void hardware_begin(void)
{
    /* Falling edges, unused: at reset they ask for a level, and a simulated chip with a low pin
     * then does nothing but ask. */
    EICRA = _BV(ISC31) | _BV(ISC21) | _BV(ISC11) | _BV(ISC01);
    EICRB = _BV(ISC71) | _BV(ISC61) | _BV(ISC51) | _BV(ISC41);
    ICR3 = STEPS - 1u;
    ICR4 = STEPS - 1u;
    TCCR3A = _BV(WGM31);
    TCCR4A = _BV(WGM41);
    TCCR3B = _BV(WGM33) | _BV(WGM32) | _BV(CS31);
    TCCR4B = _BV(WGM43) | _BV(WGM42) | _BV(CS41);
}
