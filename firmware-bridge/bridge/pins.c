#include "pins.h"

#include <string.h>

#include "bytes.h"
#include "edges.h"

typedef struct {
    uint8_t use;
    uint8_t flags;
    uint8_t safe_kind;
    uint16_t safe_value;
    uint8_t debounce;
    /** The host has configured it since the start; before, only its safe state is known. */
    bool ready;
    /** A command, or the initial value, stands until `until`. */
    bool held;
    moment until;
} pin_state;

static pin_state pins[PINS];
static bool configured;

static pin_state *state_of(uint8_t pin)
{
    return &pins[pin - PIN_FIRST];
}

bool pin_exists(uint8_t pin)
{
    return (pin >= PIN_FIRST) && (pin <= PIN_LAST);
}

static bool has_pwm(uint8_t pin)
{
    return (pin == 3u) || (pin == 5u) || (pin == 6u) || ((pin >= 9u) && (pin <= 11u));
}

static bool drives(uint8_t use)
{
    return (use == USE_OUTPUT) || (use == USE_PWM);
}

static bool can_be(uint8_t pin, uint8_t use)
{
    return ((use != USE_ANALOG) || (pin >= PIN_ANALOG_FIRST)) && ((use != USE_PWM) || has_pwm(pin));
}

static void drive(uint8_t pin, const pin_state *state, uint16_t value)
{
    const bool inverted = (state->flags & FLAG_ACTIVE_LOW) != 0u;
    if (state->use == USE_PWM) {
        pin_pwm(pin, inverted ? (uint16_t)(UINT16_MAX - value) : value);
    } else {
        pin_output(pin, (value >= VALUE_ON) != inverted);
    }
}

static void let_go(uint8_t pin, const pin_state *state)
{
    pin_input(pin, (state->flags & FLAG_PULL_UP) != 0u);
}

static void make_safe(uint8_t pin, pin_state *state)
{
    state->held = false;
    if (state->safe_kind == SAFE_VALUE) {
        drive(pin, state, state->safe_value);
    } else if (state->safe_kind == SAFE_INPUT) {
        let_go(pin, state);
    } else {
        /* It holds what it has. */
    }
}

/** A safe state of four bytes: use, flags with the kind above them, value. */
static void load(pin_state *state, const uint8_t *stored)
{
    state->use = stored[0];
    state->flags = stored[1] & FLAGS_ALL;
    state->safe_kind = stored[1] >> 4;
    state->safe_value = get_u16(&stored[2]);
}

void pins_begin(const uint8_t *stored)
{
    memset(pins, 0, sizeof pins);
    configured = false;
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        pin_state *const state = state_of(pin);
        load(state, &stored[(pin - PIN_FIRST) * SAFE_STATE_BYTES]);
        /* There is nothing to hold after a reset. */
        if (drives(state->use) && can_be(pin, state->use) && (state->safe_kind == SAFE_VALUE)) {
            drive(pin, state, state->safe_value);
        } else {
            let_go(pin, state);
        }
    }
}

void pins_store(uint8_t *stored)
{
    memset(stored, 0, PINS_STORED);
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        const pin_state *const state = state_of(pin);
        uint8_t *const at = &stored[(pin - PIN_FIRST) * SAFE_STATE_BYTES];
        if (drives(state->use)) {
            at[0] = state->use;
            at[1] = (uint8_t)(state->flags & (FLAG_PULL_UP | FLAG_ACTIVE_LOW));
            at[1] |= (uint8_t)(state->safe_kind << 4);
            put_u16(&at[2], state->safe_value);
        }
    }
}

static result check(uint8_t pin, const pin_setting *setting)
{
    result is = RESULT_DONE;
    if (!pin_exists(pin)) {
        is = RESULT_PIN;
    } else if ((setting->use > USE_LAST) || (setting->flags > FLAGS_ALL) ||
               (setting->safe_kind > SAFE_LAST)) {
        is = RESULT_RANGE;
    } else if (!can_be(pin, setting->use)) {
        is = RESULT_PIN;
    } else if (((setting->flags & FLAG_EDGES) != 0u) && (setting->use != USE_INPUT)) {
        is = RESULT_PIN;
    } else {
        /* It can be used so. */
    }
    return is;
}

/** Takes up its use, in one step from what it was. */
static void apply(uint8_t pin, const pin_state *state, uint16_t initial)
{
    if (drives(state->use)) {
        drive(pin, state, initial);
    } else if (state->use == USE_ANALOG) {
        pin_analog(pin);
    } else {
        let_go(pin, state);
    }
}

result pin_configure(uint8_t pin, const pin_setting *setting, moment now)
{
    const result is = check(pin, setting);
    if (is == RESULT_DONE) {
        pin_state *const state = state_of(pin);
        const bool told = (setting->flags & FLAG_EDGES) != 0u;
        edges_forget(pin);
        memset(state, 0, sizeof *state);
        state->use = setting->use;
        state->flags = setting->flags;
        state->safe_kind = setting->safe_kind;
        state->safe_value = setting->safe_value;
        state->debounce = setting->debounce;
        state->ready = true;
        /* A host that dies before its first command must not leave it driven. */
        state->held = drives(state->use);
        state->until = after_ms(now, INITIAL_HOLD);
        apply(pin, state, setting->initial);
        if ((state->use == USE_INPUT) && (told || (state->debounce > 0u))) {
            edges_watch(pin, state->debounce, told);
        }
        configured = true;
    }
    return is;
}

/** Null for a pin that is no output. */
static pin_state *output_of(uint8_t pin)
{
    pin_state *state = 0;
    if (pin_exists(pin) && state_of(pin)->ready && drives(state_of(pin)->use)) {
        state = state_of(pin);
    }
    return state;
}

result pin_set(uint8_t pin, uint16_t value, uint16_t hold, moment now)
{
    pin_state *const state = output_of(pin);
    result is = RESULT_DONE;
    if (state == 0) {
        is = RESULT_PIN;
    } else if ((hold == 0u) || (hold > HOLD_MAX)) {
        is = RESULT_RANGE;
    } else {
        drive(pin, state, value);
        state->held = true;
        state->until = after_ms(now, hold);
    }
    return is;
}

result pin_release(uint8_t pin)
{
    pin_state *const state = output_of(pin);
    if (state != 0) {
        make_safe(pin, state);
    }
    return (state != 0) ? RESULT_DONE : RESULT_PIN;
}

void pins_release_all(void)
{
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        (void)pin_release(pin);
    }
}

void pins_poll(moment now)
{
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        pin_state *const state = state_of(pin);
        if (state->held && is_due(state->until, now)) {
            make_safe(pin, state);
        }
    }
}

bool pins_configured(void)
{
    return configured;
}

uint8_t pin_use_of(uint8_t pin)
{
    return state_of(pin)->ready ? state_of(pin)->use : USE_OFF;
}

uint8_t pin_flags_of(uint8_t pin)
{
    return state_of(pin)->flags;
}
