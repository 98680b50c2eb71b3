/**
 * The pins, timers and converter of an ATmega328P at 16 MHz.
 *
 * Timer 0 is PWM of D5 and D6 and the clock: its overflows come every 1,024 microseconds. Timer 2
 * is PWM of D3 and D11. Timer 1 works D9 and D10: at 490 Hz, and at a servo's 50 Hz from the moment
 * on at which one of them is a servo; PWM of the other then goes at 50 Hz as well.
 */
#include "hardware.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "clock.h"

/** Falling edges for INT0 and INT1, unused: at reset they ask for a level, and a simulated chip
 * with a low pin then does nothing but ask. */
#define EDGES_NOT_LEVELS (_BV(ISC11) | _BV(ISC01))

/** Timer 1 counts half microseconds: a period of 20 ms, and one of 2.04 ms in 255 parts. */
#define SERVO_STEPS 40000u
#define PWM_STEPS 4080u
#define STEPS_PER_MICROSECOND 2u

#define DUTY_MAX 255u

static volatile uint16_t ticks;
static volatile bool woke;

typedef struct {
    volatile uint8_t *in;
    volatile uint8_t *direction;
    volatile uint8_t *latch;
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

static void set_bits(volatile uint8_t *at, uint8_t mask, bool on)
{
    *at = on ? (uint8_t)(*at | mask) : (uint8_t)(*at & (uint8_t)~mask);
}

/** The timer's output is on the pin, or not. */
static void connect(uint8_t pin, bool on)
{
    switch (pin) {
    case 3u:
        set_bits(&TCCR2A, _BV(COM2B1), on);
        break;
    case 5u:
        set_bits(&TCCR0A, _BV(COM0B1), on);
        break;
    case 6u:
        set_bits(&TCCR0A, _BV(COM0A1), on);
        break;
    case 9u:
        set_bits(&TCCR1A, _BV(COM1A1), on);
        break;
    case 10u:
        set_bits(&TCCR1A, _BV(COM1B1), on);
        break;
    case 11u:
        set_bits(&TCCR2A, _BV(COM2A1), on);
        break;
    default:
        /* No timer works this pin. */
        break;
    }
}

bool pin_has_pwm(uint8_t pin)
{
    return (pin == 3u) || (pin == 5u) || (pin == 6u) || ((pin >= 9u) && (pin <= 11u));
}

bool pin_has_servo(uint8_t pin)
{
    return (pin == SERVO_FIRST) || (pin == SERVO_LAST);
}

/** What Timer 1 does on one of its pins. */
typedef struct {
    bool is_servo;
    /** A pulse in steps, or a duty. */
    uint16_t width;
} wide_output;

static wide_output wide[SERVO_LAST - SERVO_FIRST + 1u];

/** Both pins anew: the period depends on whether one is a servo. */
static void set_wide(void)
{
    const bool servo = wide[0].is_servo || wide[1].is_servo;
    const uint16_t period = servo ? SERVO_STEPS : PWM_STEPS;
    uint16_t last[2];
    for (uint8_t at = 0; at < 2u; at++) {
        const uint32_t duty_steps = (uint32_t)wide[at].width * period / DUTY_MAX;
        const uint16_t steps = wide[at].is_servo ? wide[at].width : (uint16_t)duty_steps;
        last[at] = (steps == 0u) ? 0u : (uint16_t)(steps - 1u);
    }
    ICR1 = (uint16_t)(period - 1u);
    OCR1A = last[0];
    OCR1B = last[1];
    /* A counter beyond a new, smaller top would go on to its end. */
    if (TCNT1 >= period) {
        TCNT1 = 0;
    }
}

static void use_wide(uint8_t pin, bool is_servo, uint16_t width)
{
    if (pin_has_servo(pin)) {
        wide[pin - SERVO_FIRST] = (wide_output){is_servo, width};
        set_wide();
    }
}

void pin_input(uint8_t pin, bool pull_up)
{
    const place at = place_of(pin);
    set_bits(at.direction, at.mask, false);
    connect(pin, false);
    use_wide(pin, false, 0);
    set_bits(at.latch, at.mask, pull_up);
    set_bits(at.watched, at.mask, true);
}

void pin_latch(uint8_t pin, bool high)
{
    const place at = place_of(pin);
    set_bits(at.latch, at.mask, high);
}

void pin_output(uint8_t pin)
{
    const place at = place_of(pin);
    set_bits(at.watched, at.mask, false);
    connect(pin, false);
    use_wide(pin, false, 0);
    set_bits(at.direction, at.mask, true);
}

/** The timer has the pin. */
static void drive_by_timer(uint8_t pin)
{
    const place at = place_of(pin);
    connect(pin, true);
    set_bits(at.watched, at.mask, false);
    set_bits(at.direction, at.mask, true);
}

static void compare_byte(uint8_t pin, uint8_t last)
{
    switch (pin) {
    case 3u:
        OCR2B = last;
        break;
    case 5u:
        OCR0B = last;
        break;
    case 6u:
        OCR0A = last;
        break;
    case 11u:
        OCR2A = last;
        break;
    default:
        use_wide(pin, false, last);
        break;
    }
}

void pin_pwm(uint8_t pin, uint8_t duty)
{
    if ((duty == 0u) || (duty == DUTY_MAX)) {
        pin_latch(pin, duty != 0u);
        pin_output(pin);
    } else {
        compare_byte(pin, duty);
        drive_by_timer(pin);
    }
}

void pin_servo(uint8_t pin, uint16_t pulse)
{
    use_wide(pin, true, (uint16_t)(pulse * STEPS_PER_MICROSECOND));
    drive_by_timer(pin);
}

bool pin_high(uint8_t pin)
{
    const place at = place_of(pin);
    return (*at.in & at.mask) != 0u;
}

void analog_start(uint8_t channel)
{
    ADMUX = (uint8_t)(_BV(REFS0) | channel);
    ADCSRA |= _BV(ADSC);
}

bool analog_take(uint16_t *value)
{
    const bool done = (ADCSRA & _BV(ADSC)) == 0u;
    if (done) {
        *value = ADC;
    }
    return done;
}

ISR(TIMER0_OVF_vect)
{
    ticks++;
}

ISR(PCINT0_vect)
{
    woke = true;
}

ISR(PCINT1_vect)
{
    woke = true;
}

ISR(PCINT2_vect)
{
    woke = true;
}

uint16_t ticks_now(void)
{
    uint16_t now;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        now = ticks;
    }
    return now;
}

/** For chip_pet. */
uint8_t clock_ticks(void)
{
    return (uint8_t)ticks_now();
}

bool hardware_woke(void)
{
    static uint16_t told;
    const bool some = woke || (ticks != told);
    woke = false;
    told = ticks;
    return some;
}

void hardware_begin(void)
{
    EICRA = EDGES_NOT_LEVELS;
    TCCR0A = _BV(WGM01) | _BV(WGM00);
    TCCR0B = _BV(CS01) | _BV(CS00);
    TIMSK0 = _BV(TOIE0);
    ICR1 = PWM_STEPS - 1u;
    TCCR1A = _BV(WGM11);
    TCCR1B = _BV(WGM13) | _BV(WGM12) | _BV(CS11);
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    TCCR2B = _BV(CS22);
    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    PCICR = _BV(PCIE2) | _BV(PCIE1) | _BV(PCIE0);
}
