#include "pins.h"

#define DUTY_MAX 255u

/** Below it a servo's value is an angle, from it on a pulse in microseconds. */
#define PULSE_MIN 544u
#define PULSE_MAX 2400u
/** Nothing that a servo takes is longer. */
#define PULSE_LIMIT 3000u
#define DEGREES_MAX 180u

#define SERVOS (SERVO_LAST - SERVO_FIRST + 1u)
#define PORT_PINS 8u

typedef struct {
    uint16_t low;
    uint16_t high;
} pulse_range;

static uint8_t modes[PINS];
static uint16_t states[PINS];
static pulse_range ranges[SERVOS];

uint8_t pin_abilities(uint8_t pin, ability *abilities)
{
    uint8_t count = 0;
    if ((pin >= PIN_FIRST) && (pin < PINS)) {
        abilities[count++] = (ability){MODE_INPUT, 1};
        abilities[count++] = (ability){MODE_PULLUP, 1};
        abilities[count++] = (ability){MODE_OUTPUT, 1};
        if (pin >= PIN_ANALOG_FIRST) {
            abilities[count++] = (ability){MODE_ANALOG, 10};
        }
        if (pin_has_pwm(pin)) {
            abilities[count++] = (ability){MODE_PWM, 8};
        }
        if (pin_has_servo(pin)) {
            abilities[count++] = (ability){MODE_SERVO, 14};
        }
    }
    return count;
}

static bool is_able(uint8_t pin, uint8_t mode)
{
    ability abilities[MODES_MAX];
    const uint8_t count = pin_abilities(pin, abilities);
    bool able = false;
    for (uint8_t at = 0; at < count; at++) {
        able = able || (abilities[at].mode == mode);
    }
    return able;
}

uint8_t pin_mode(uint8_t pin)
{
    return (pin < PINS) ? modes[pin] : (uint8_t)MODE_INPUT;
}

uint16_t pin_state(uint8_t pin)
{
    return (pin < PINS) ? states[pin] : 0u;
}

/** An input that was pulled up by a level goes over to high without a glitch; others begin low. */
static void become_output(uint8_t pin)
{
    const bool high = (modes[pin] == MODE_INPUT) && (states[pin] != 0u);
    states[pin] = high ? 1u : 0u;
    pin_latch(pin, high);
    pin_output(pin);
}

bool pin_set_mode(uint8_t pin, uint8_t mode)
{
    const bool able = is_able(pin, mode);
    if (able) {
        switch (mode) {
        case MODE_OUTPUT:
            if (modes[pin] != MODE_OUTPUT) {
                become_output(pin);
            }
            break;
        case MODE_PULLUP:
            pin_input(pin, true);
            states[pin] = 1;
            break;
        case MODE_PWM:
        case MODE_SERVO:
            pin_latch(pin, false);
            pin_output(pin);
            states[pin] = 0;
            break;
        default:
            pin_input(pin, false);
            states[pin] = 0;
            break;
        }
        modes[pin] = mode;
    }
    return able;
}

void pin_set_level(uint8_t pin, bool high)
{
    if ((pin >= PIN_FIRST) && (pin < PINS)) {
        if ((modes[pin] == MODE_OUTPUT) || (modes[pin] == MODE_INPUT)) {
            pin_latch(pin, high);
            states[pin] = high ? 1u : 0u;
        }
    }
}

void pin_set_output(uint8_t pin, bool high)
{
    if (pin_mode(pin) == MODE_OUTPUT) {
        pin_set_level(pin, high);
    }
}

static uint16_t pulse_of(uint8_t pin, uint16_t value)
{
    uint16_t pulse = value;
    if (value < PULSE_MIN) {
        const pulse_range *const range = &ranges[pin - SERVO_FIRST];
        const uint16_t degrees = (value > DEGREES_MAX) ? DEGREES_MAX : value;
        const uint16_t span = (uint16_t)(range->high - range->low);
        pulse = (uint16_t)(range->low + (uint32_t)span * degrees / DEGREES_MAX);
    }
    return (pulse > PULSE_LIMIT) ? PULSE_LIMIT : pulse;
}

void pin_set_analog(uint8_t pin, uint16_t value)
{
    if (pin_mode(pin) == MODE_PWM) {
        const uint16_t duty = (value > DUTY_MAX) ? DUTY_MAX : value;
        states[pin] = duty;
        pin_pwm(pin, (uint8_t)duty);
    } else if (pin_mode(pin) == MODE_SERVO) {
        states[pin] = value;
        pin_servo(pin, pulse_of(pin, value));
    } else {
        /* Neither: a word for another mode. */
    }
}

void pin_set_servo_range(uint8_t pin, uint16_t low, uint16_t high)
{
    if (pin_has_servo(pin) && (low > 0u) && (low < high) && (high <= PULSE_LIMIT)) {
        ranges[pin - SERVO_FIRST] = (pulse_range){low, high};
    }
}

uint8_t port_levels(uint8_t port)
{
    uint8_t levels = 0;
    for (uint8_t bit = 0; bit < PORT_PINS; bit++) {
        const uint8_t pin = (uint8_t)(port * PORT_PINS + bit);
        if ((pin >= PIN_FIRST) && (pin < PINS)) {
            const bool is_input = (modes[pin] == MODE_INPUT) || (modes[pin] == MODE_PULLUP);
            if (is_input && pin_high(pin)) {
                levels = (uint8_t)(levels | (1u << bit));
            }
        }
    }
    return levels;
}

void pins_reset(void)
{
    for (uint8_t servo = 0; servo < SERVOS; servo++) {
        ranges[servo] = (pulse_range){PULSE_MIN, PULSE_MAX};
    }
    for (uint8_t pin = PIN_FIRST; pin < PINS; pin++) {
        (void)pin_set_mode(pin, (pin >= PIN_ANALOG_FIRST) ? MODE_ANALOG : MODE_INPUT);
    }
}
