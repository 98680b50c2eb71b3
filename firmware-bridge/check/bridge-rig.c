/** The fakes of bridge-rig.h: pins, a converter, locks that are counted, and the host's line. */
#include "bridge-rig.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "edges.h"
#include "frame.h"
#include "pins.h"

fake_pin fake[PINS];

moment now;
static uint8_t converting;
uint8_t conversion_left;
bool line_full;
uint8_t changes_unseen;
static bool in_interrupt_lock;
static frame_reader reader;

uint8_t check_pin(uint8_t pin)
{
    const bool is = (pin >= PIN_FIRST) && (pin <= PIN_LAST);
    CHECK(is);
    return is ? pin : PIN_FIRST;
}

void pin_input(uint8_t pin, bool pull_up)
{
    FAKE(pin).mode = LET_GO;
    FAKE(pin).pull_up = pull_up;
}

void pin_analog(uint8_t pin)
{
    CHECK(pin >= PIN_ANALOG_FIRST);
    FAKE(pin).mode = ANALOG;
}

void pin_output(uint8_t pin, bool high)
{
    FAKE(pin).mode = DRIVEN;
    FAKE(pin).high = high;
}

void pin_pwm(uint8_t pin, uint16_t duty)
{
    FAKE(pin).mode = MODULATED;
    FAKE(pin).duty = duty;
}

bool pin_high(uint8_t pin)
{
    bool high = FAKE(pin).outside;
    if (FAKE(pin).mode == DRIVEN) {
        high = FAKE(pin).high;
    } else if (FAKE(pin).mode == MODULATED) {
        high = FAKE(pin).duty >= VALUE_ON;
    } else {
        /* As the world has it. */
    }
    return high;
}

void pin_watch(uint8_t pin, bool watched)
{
    if (watched && (pin == changes_unseen)) {
        FAKE(pin).outside = !FAKE(pin).outside;
    }
    FAKE(pin).watched = watched;
}

void analog_start(uint8_t pin)
{
    CHECK(pin >= PIN_ANALOG_FIRST);
    converting = pin;
    conversion_left = 1;
}

bool analog_take(uint16_t *value)
{
    const bool done = conversion_left == 0u;
    if (done) {
        *value = (uint16_t)(converting * 50u);
    } else {
        conversion_left--;
    }
    return done;
}

moment hardware_now(void)
{
    return now;
}

void interrupts_off(void)
{
    CHECK(!in_interrupt_lock);
    in_interrupt_lock = true;
}

void interrupts_on(void)
{
    CHECK(in_interrupt_lock);
    in_interrupt_lock = false;
}

bool host_send_beat(const uint8_t *payload, uint8_t length)
{
    CHECK((length > 0u) && (length <= FRAME_PAYLOAD_MAX));
    heard(0, payload, length);
    return true;
}

bool host_send(const uint8_t *payload, uint8_t length)
{
    return !line_full && host_send_beat(payload, length);
}

uint16_t host_overruns(void)
{
    return 0;
}

void start(uint8_t cause, uint16_t boots)
{
    const start_facts facts = {cause, boots};
    memset(&reader, 0, sizeof reader);
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        memset(&FAKE(pin), 0, sizeof FAKE(pin));
    }
    now = 0;
    bridge_begin(&facts, now);
}

static void power_on(void)
{
    start(1, 1);
}

void byte(uint8_t place, uint8_t one)
{
    (void)place;
    const uint8_t length = frame_read(&reader, one);
    if (length > 0u) {
        bridge_take(reader.plain, length, now);
    }
}

void tick(void)
{
    now += UINT32_C(1000);
    eeprom_tick();
    bridge_poll(reader.bad, now);
}

void ticks(uint16_t count)
{
    for (uint16_t time = 0; time < count; time++) {
        tick();
    }
}

const device bridge_device = {power_on, byte, tick};

void take(const char *hex)
{
    uint8_t payload[FRAME_PAYLOAD_MAX];
    const uint8_t length = (uint8_t)from_hex(hex, payload, sizeof payload);
    bridge_take(payload, length, now);
}

void fresh(const char *name)
{
    check_named(name);
    eeprom_erase();
    heard_nothing_yet();
    power_on();
    take("24000012340001");
}

void change(uint8_t pin, bool high, moment at)
{
    FAKE(pin).outside = high;
    if (FAKE(pin).watched) {
        edge_seen(pin, high, at);
    }
}

bool is_high(uint8_t pin)
{
    return (FAKE(pin).mode == DRIVEN) && FAKE(pin).high;
}

bool beat_told(uint16_t number)
{
    uint8_t wanted[7] = {0x10};
    char pattern[31] = "..............................";
    put_u16(&wanted[1], number);
    put_u32(&wanted[3], now);
    for (uint8_t at = 0; at < 7u; at++) {
        char two[3];
        (void)snprintf(two, sizeof two, "%02x", wanted[at]);
        memcpy(&pattern[2u * at], two, 2);
    }
    return told(0, pattern);
}
