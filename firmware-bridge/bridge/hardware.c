/**
 * The pins, timers and converter of an ATmega328P at 16 MHz.
 *
 * PWM: Timer 1 is the clock's and gives 1 kHz on D9 and D10; Timers 0 and 2 give 977 Hz on D5 and
 * D6, D3 and D11. A duty of 0 or 1 is a level without a timer: fast PWM could not be quite off.
 */
#include "hardware.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "clock.h"
#include "edges.h"

/** Falling edges for INT0 and INT1, unused: at reset they ask for a level, and a simulated chip
 * with a low pin then does nothing but ask. */
#define EDGES_NOT_LEVELS (_BV(ISC11) | _BV(ISC01))

#define BYTE_STEPS 256ul

static volatile bool woke;
static volatile bool converted;
static volatile uint16_t conversion;

typedef struct {
    volatile uint8_t *in;
    volatile uint8_t *direction;
    volatile uint8_t *out;
    volatile uint8_t *watched;
    uint8_t mask;
} place;

static place place_of(uint8_t pin)
{
    place at = {&PIND, &DDRD, &PORTD, &PCMSK2, 0};
    uint8_t bit = pin;
    if (pin >= PIN_ANALOG_FIRST) {
        at = (place){&PINC, &DDRC, &PORTC, &PCMSK1, 0};
        bit = (uint8_t)(pin - PIN_ANALOG_FIRST);
    } else if (pin >= 8u) {
        at = (place){&PINB, &DDRB, &PORTB, &PCMSK0, 0};
        bit = (uint8_t)(pin - 8u);
    } else {
        /* Port D. */
    }
    at.mask = (uint8_t)(1u << bit);
    return at;
}

/** The timer's output is on the pin, or not. */
static void connect(uint8_t pin, bool on)
{
    volatile uint8_t *control = &TCCR0A;
    uint8_t bit = _BV(COM0A1);
    switch (pin) {
    case 3u:
        control = &TCCR2A;
        bit = _BV(COM2B1);
        break;
    case 5u:
        bit = _BV(COM0B1);
        break;
    case 6u:
        break;
    case 9u:
        control = &TCCR1A;
        bit = _BV(COM1A1);
        break;
    case 10u:
        control = &TCCR1A;
        bit = _BV(COM1B1);
        break;
    case 11u:
        control = &TCCR2A;
        bit = _BV(COM2A1);
        break;
    default:
        bit = 0;
        break;
    }
    *control = on ? (uint8_t)(*control | bit) : (uint8_t)(*control & (uint8_t)~bit);
}

static void set_level(const place *at, bool high)
{
    *at->out = high ? (uint8_t)(*at->out | at->mask) : (uint8_t)(*at->out & (uint8_t)~at->mask);
}

static void set_direction(const place *at, bool out)
{
    *at->direction =
        out ? (uint8_t)(*at->direction | at->mask) : (uint8_t)(*at->direction & (uint8_t)~at->mask);
}

static void set_buffer(uint8_t pin, const place *at, bool off)
{
    if (pin >= PIN_ANALOG_FIRST) {
        DIDR0 = off ? (uint8_t)(DIDR0 | at->mask) : (uint8_t)(DIDR0 & (uint8_t)~at->mask);
    }
}

void pin_input(uint8_t pin, bool pull_up)
{
    const place at = place_of(pin);
    set_direction(&at, false);
    connect(pin, false);
    set_level(&at, pull_up);
    set_buffer(pin, &at, false);
}

void pin_analog(uint8_t pin)
{
    const place at = place_of(pin);
    pin_input(pin, false);
    set_buffer(pin, &at, true);
}

void pin_output(uint8_t pin, bool high)
{
    const place at = place_of(pin);
    set_buffer(pin, &at, false);
    set_level(&at, high);
    connect(pin, false);
    set_direction(&at, true);
}

/** How many of the steps of a period the pin is high. */
static uint16_t steps_of(uint16_t duty, uint32_t steps)
{
    return (uint16_t)((duty * steps + UINT16_MAX / 2u) / UINT16_MAX);
}

static void compare(uint8_t pin, uint16_t last)
{
    switch (pin) {
    case 3u:
        OCR2B = (uint8_t)last;
        break;
    case 5u:
        OCR0B = (uint8_t)last;
        break;
    case 6u:
        OCR0A = (uint8_t)last;
        break;
    case 9u:
        /* Sixteen bits go through a register that interrupts use as well, to read the clock. */
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { OCR1A = last; }
        break;
    case 10u:
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { OCR1B = last; }
        break;
    default:
        OCR2A = (uint8_t)last;
        break;
    }
}

void pin_pwm(uint8_t pin, uint16_t duty)
{
    const uint32_t period = ((pin == 9u) || (pin == 10u)) ? CLOCK_STEPS : BYTE_STEPS;
    const uint16_t steps = steps_of(duty, period);
    if ((steps == 0u) || (steps >= period)) {
        pin_output(pin, steps != 0u);
    } else {
        const place at = place_of(pin);
        compare(pin, (uint16_t)(steps - 1u));
        connect(pin, true);
        set_direction(&at, true);
    }
}

bool pin_high(uint8_t pin)
{
    const place at = place_of(pin);
    return (*at.in & at.mask) != 0u;
}

/** The levels that were last seen, of ports B, C and D. */
static uint8_t levels[3];

static void look(uint8_t port, uint8_t now_high, uint8_t watched, uint8_t pin_of_bit_0)
{
    const moment at = clock_now_quiet();
    uint8_t changed = (uint8_t)(now_high ^ levels[port]) & watched;
    levels[port] = now_high;
    for (uint8_t bit = 0; changed != 0u; bit++) {
        const uint8_t mask = (uint8_t)(1u << bit);
        if ((changed & mask) != 0u) {
            edge_seen((uint8_t)(pin_of_bit_0 + bit), (now_high & mask) != 0u, at);
            changed &= (uint8_t)~mask;
        }
    }
    woke = true;
}

ISR(PCINT0_vect)
{
    look(0, PINB, PCMSK0, 8);
}

ISR(PCINT1_vect)
{
    look(1, PINC, PCMSK1, PIN_ANALOG_FIRST);
}

ISR(PCINT2_vect)
{
    look(2, PIND, PCMSK2, 0);
}

static uint8_t port_of(uint8_t pin)
{
    return (pin >= PIN_ANALOG_FIRST) ? 1u : ((pin >= 8u) ? 0u : 2u);
}

void pin_watch(uint8_t pin, bool watched)
{
    const place at = place_of(pin);
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        const uint8_t port = port_of(pin);
        levels[port] = (uint8_t)((levels[port] & (uint8_t)~at.mask) | (*at.in & at.mask));
        *at.watched = watched ? (uint8_t)(*at.watched | at.mask)
                              : (uint8_t)(*at.watched & (uint8_t)~at.mask);
    }
}

ISR(ADC_vect)
{
    conversion = ADC;
    converted = true;
    woke = true;
}

void analog_start(uint8_t pin)
{
    converted = false;
    ADMUX = (uint8_t)(_BV(REFS0) | (pin - PIN_ANALOG_FIRST));
    ADCSRA |= _BV(ADSC);
}

bool analog_take(uint16_t *value)
{
    const bool done = converted;
    if (done) {
        *value = conversion;
    }
    return done;
}

moment hardware_now(void)
{
    return clock_now();
}

void interrupts_off(void)
{
    cli();
}

void interrupts_on(void)
{
    sei();
}

bool hardware_woke(void)
{
    static uint8_t ticks;
    const uint8_t now = clock_ticks();
    const bool some = woke || (ticks != now);
    woke = false;
    ticks = now;
    return some;
}

void hardware_begin(void)
{
    EICRA = EDGES_NOT_LEVELS;
    TCCR0A = _BV(WGM01) | _BV(WGM00);
    TCCR0B = _BV(CS01) | _BV(CS00);
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    TCCR2B = _BV(CS22);
    ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    PCMSK0 = 0;
    PCMSK1 = 0;
    PCMSK2 = 0;
    PCICR = _BV(PCIE2) | _BV(PCIE1) | _BV(PCIE0);
}
