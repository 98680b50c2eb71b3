#include "edges.h"

#include <string.h>

#include "bytes.h"
#include "hardware.h"
#include "pins.h"

#define TYPE_EDGES 0x12u
#define EDGES_HEAD 4u
#define EDGE_BYTES 5u
#define EDGES_PER_FRAME 8u
#define RING_MASK (EDGES_WAITING - 1u)
/** In the ring, of a pin that is watched no more. */
#define PIN_NONE 0u

typedef struct {
    uint8_t pin;
    bool high;
    uint16_t sequence;
    moment at;
} edge;

typedef struct {
    uint16_t sequence;
    /** Since when the level has stood, while `moved`. */
    moment since;
    uint8_t debounce;
    bool told;
    bool high;
    bool moved;
} watch;

static edge ring[EDGES_WAITING];
/** Where the next edge goes: written by the interrupt, or with interrupts disabled. */
static volatile uint8_t ring_in;
static volatile uint8_t ring_out;
static watch watches[PINS];

static watch *watch_of(uint8_t pin)
{
    return &watches[pin - PIN_FIRST];
}

void edges_begin(void)
{
    memset(watches, 0, sizeof watches);
    ring_in = 0;
    ring_out = 0;
}

/** With interrupts disabled. */
static void forget_waiting(uint8_t pin)
{
    for (uint8_t at = 0; at < EDGES_WAITING; at++) {
        if (ring[at].pin == pin) {
            ring[at].pin = PIN_NONE;
        }
    }
}

void edges_forget(uint8_t pin)
{
    pin_watch(pin, false);
    interrupts_off();
    forget_waiting(pin);
    memset(watch_of(pin), 0, sizeof(watch));
    interrupts_on();
}

void edges_watch(uint8_t pin, uint8_t debounce, bool told)
{
    watch *const one = watch_of(pin);
    edges_forget(pin);
    one->debounce = debounce;
    one->told = told;
    one->high = pin_high(pin);
    pin_watch(pin, true);
    if (debounce > 0u) {
        /* It may have changed before it was watched: its level is to stand like any other. */
        interrupts_off();
        one->since = hardware_now();
        one->moved = true;
        interrupts_on();
    }
}

/** With interrupts disabled. */
static void tell(uint8_t pin, watch *one, bool high, moment at)
{
    const uint8_t next = (uint8_t)(ring_in + 1u) & RING_MASK;
    one->sequence++;
    if (next != ring_out) {
        const edge seen = {pin, high, one->sequence, at};
        ring[ring_in] = seen;
        ring_in = next;
    }
}

void edge_seen(uint8_t pin, bool high, moment at)
{
    watch *const one = watch_of(pin);
    if (one->debounce > 0u) {
        one->since = at;
        one->moved = true;
    } else {
        one->high = high;
        if (one->told) {
            tell(pin, one, high, at);
        }
    }
}

bool edges_high(uint8_t pin)
{
    const watch *const one = watch_of(pin);
    return (one->debounce > 0u) ? one->high : pin_high(pin);
}

static void settle(uint8_t pin, watch *one, moment now)
{
    interrupts_off();
    const bool high = pin_high(pin);
    /* An interrupt after `now` was read makes `since` later than `now`. */
    const bool stood = is_due(after_ms(one->since, one->debounce), now);
    if (stood) {
        one->moved = false;
        if (high != one->high) {
            one->high = high;
            if (one->told) {
                tell(pin, one, high, one->since);
            }
        }
    }
    interrupts_on();
}

/** The edges of one pin that wait in a row, without a gap; returns how many of the ring it took. */
static uint8_t gather(uint8_t *payload, uint8_t *count)
{
    uint8_t out = ring_out;
    uint8_t taken = 0;
    *count = 0;
    while ((out != ring_in) && (*count < EDGES_PER_FRAME)) {
        const edge *const one = &ring[out];
        const bool skipped = one->pin == PIN_NONE;
        const bool follows = (*count == 0u) || ((one->pin == payload[1]) &&
            (one->sequence == (uint16_t)(get_u16(&payload[2]) + 1u)));
        if (!skipped && !follows) {
            break;
        }
        if (!skipped) {
            uint8_t *const at = &payload[EDGES_HEAD + *count * EDGE_BYTES];
            const bool low_is_1 = (pin_flags_of(one->pin) & FLAG_ACTIVE_LOW) != 0u;
            payload[1] = one->pin;
            put_u16(&payload[2], one->sequence);
            at[0] = (one->high != low_is_1) ? 1u : 0u;
            put_u32(&at[1], one->at);
            (*count)++;
        }
        out = (uint8_t)(out + 1u) & RING_MASK;
        taken++;
    }
    return taken;
}

static void send(void)
{
    uint8_t payload[EDGES_HEAD + EDGES_PER_FRAME * EDGE_BYTES];
    uint8_t count = 0;
    payload[0] = TYPE_EDGES;
    const uint8_t taken = gather(payload, &count);
    const uint8_t length = (uint8_t)(EDGES_HEAD + count * EDGE_BYTES);
    if ((count == 0u) || host_send(payload, length)) {
        ring_out = (uint8_t)(ring_out + taken) & RING_MASK;
    }
}

void edges_poll(moment now)
{
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        watch *const one = watch_of(pin);
        if (one->moved) {
            settle(pin, one, now);
        }
    }
    if (edges_waiting()) {
        send();
    }
}

bool edges_waiting(void)
{
    return ring_in != ring_out;
}
