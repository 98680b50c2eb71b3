#include "sampler.h"

#include "bytes.h"
#include "edges.h"
#include "hardware.h"
#include "pins.h"

#define TYPE_SAMPLES 0x11u
#define SAMPLES_HEAD 7u
#define SAMPLE_BYTES 3u
#define SAMPLES_PER_FRAME 8u

static struct {
    uint8_t payload[SAMPLES_HEAD + SAMPLES_PER_FRAME * SAMPLE_BYTES];
    uint16_t sequence;
    uint16_t period;
    moment next_at;
    /** Pins in the payload. */
    uint8_t count;
    /** The next one to look at; beyond PIN_LAST while no round is on. */
    uint8_t pin;
    bool converting;
} sampler;

void sampler_begin(moment now)
{
    sampler.sequence = 0;
    sampler.converting = false;
    sampler.pin = PIN_LAST + 1u;
    sampler_set_period(SAMPLING_AT_START, now);
}

void sampler_set_period(uint16_t period, moment now)
{
    sampler.period = period;
    sampler.next_at = now;
}

static void begin_round(moment now)
{
    const moment next = after_ms(sampler.next_at, sampler.period);
    /* Free of drift, and without a hail of rounds after a stall. */
    sampler.next_at = is_due(next, now) ? after_ms(now, sampler.period) : next;
    sampler.pin = PIN_FIRST;
    sampler.count = 0;
}

/** A frame that finds no room is lost, and its sequence shows it. */
static void send(void)
{
    if (sampler.count > 0u) {
        sampler.payload[0] = TYPE_SAMPLES;
        put_u16(&sampler.payload[1], sampler.sequence);
        sampler.sequence++;
        const uint8_t length = (uint8_t)(SAMPLES_HEAD + sampler.count * SAMPLE_BYTES);
        (void)host_send(sampler.payload, length);
        sampler.count = 0;
    }
}

static void add(uint16_t value)
{
    uint8_t *const at = &sampler.payload[SAMPLES_HEAD + sampler.count * SAMPLE_BYTES];
    at[0] = sampler.pin;
    put_u16(&at[1], value);
    sampler.count++;
    sampler.pin++;
    if (sampler.count == SAMPLES_PER_FRAME) {
        send();
    }
}

static void begin_frame(void)
{
    if (sampler.count == 0u) {
        put_u32(&sampler.payload[3], hardware_now());
    }
}

static void look_at(uint8_t pin)
{
    const uint8_t use = pin_use_of(pin);
    const uint8_t flags = pin_flags_of(pin);
    if ((use == USE_OFF) || ((flags & FLAG_SAMPLE) == 0u)) {
        sampler.pin++;
    } else if (use == USE_ANALOG) {
        begin_frame();
        analog_start(pin);
        sampler.converting = true;
    } else {
        begin_frame();
        add((edges_high(pin) != ((flags & FLAG_ACTIVE_LOW) != 0u)) ? 1u : 0u);
    }
}

static void take_conversion(void)
{
    uint16_t value = 0;
    if (analog_take(&value)) {
        sampler.converting = false;
        /* The pin may have been given another use meanwhile. */
        if (pin_use_of(sampler.pin) == USE_ANALOG) {
            add(value);
        }
    }
}

static bool in_round(void)
{
    return sampler.pin <= PIN_LAST;
}

void sampler_poll(moment now)
{
    if (!in_round() && is_due(sampler.next_at, now)) {
        begin_round(now);
    }
    if (sampler.converting) {
        take_conversion();
    }
    while (in_round() && !sampler.converting) {
        look_at(sampler.pin);
    }
    if (!in_round()) {
        send();
    }
}
