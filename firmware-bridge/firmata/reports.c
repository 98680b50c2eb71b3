#include "reports.h"

#include "hardware.h"
#include "host.h"
#include "pins.h"

#define DIGITAL_MESSAGE 0x90u
#define ANALOG_MESSAGE 0xE0u
#define MESSAGE_BYTES 3u

#define INTERVAL_MS 19u
#define INTERVAL_MS_MIN 5u

static uint8_t ports_on;
static uint8_t ports_due;
static uint8_t told[PORTS];

static uint8_t channels_on;
static uint8_t channels_due;
static uint8_t converting;
static bool is_converting;
static uint16_t interval;
static uint16_t round_at;

static uint8_t bit_of(uint8_t place)
{
    return (uint8_t)(1u << place);
}

static uint8_t with(uint8_t set, uint8_t place, bool on)
{
    return on ? (uint8_t)(set | bit_of(place)) : (uint8_t)(set & (uint8_t)~bit_of(place));
}

void report_port(uint8_t port, bool on)
{
    if (port < PORTS) {
        ports_on = with(ports_on, port, on);
        ports_due = with(ports_due, port, on);
    }
}

void report_channel(uint8_t channel, bool on)
{
    if (channel < ANALOG_CHANNELS) {
        channels_on = with(channels_on, channel, on);
        channels_due = with(channels_due, channel, on);
    }
}

/** A tick is 1,024 microseconds: 125 of them in 128 ms. */
void reports_set_interval(uint16_t milliseconds)
{
    const uint16_t bounded = (milliseconds < INTERVAL_MS_MIN) ? INTERVAL_MS_MIN : milliseconds;
    interval = (uint16_t)((uint32_t)bounded * 125u / 128u);
}

static bool tell(uint8_t command, uint16_t value)
{
    const bool room = host_room() >= MESSAGE_BYTES;
    if (room) {
        const uint8_t bytes[MESSAGE_BYTES] = {
            command,
            (uint8_t)(value & 0x7Fu),
            (uint8_t)((value >> 7) & 0x7Fu),
        };
        host_put(bytes, MESSAGE_BYTES);
    }
    return room;
}

static void poll_port(uint8_t port)
{
    const uint8_t levels = port_levels(port);
    const bool due = (ports_due & bit_of(port)) != 0u;
    if (due || (levels != told[port])) {
        if (tell((uint8_t)(DIGITAL_MESSAGE | port), levels)) {
            told[port] = levels;
            ports_due = with(ports_due, port, false);
        }
    }
}

static void take_sample(void)
{
    uint16_t value;
    if (analog_take(&value)) {
        const bool wanted = (channels_on & bit_of(converting)) != 0u;
        if (!wanted || tell((uint8_t)(ANALOG_MESSAGE | converting), value)) {
            is_converting = false;
        }
    }
}

/** The next channel that is due and analog still; one that is not waits for its mode. */
static void start_next(void)
{
    for (uint8_t channel = 0; (channel < ANALOG_CHANNELS) && !is_converting; channel++) {
        if ((channels_due & bit_of(channel)) != 0u) {
            channels_due = with(channels_due, channel, false);
            if (pin_mode((uint8_t)(PIN_ANALOG_FIRST + channel)) == MODE_ANALOG) {
                converting = channel;
                is_converting = true;
                analog_start(channel);
            }
        }
    }
}

void reports_poll(void)
{
    for (uint8_t port = 0; port < PORTS; port++) {
        if ((ports_on & bit_of(port)) != 0u) {
            poll_port(port);
        }
    }
    const uint16_t now = ticks_now();
    if ((uint16_t)(now - round_at) >= interval) {
        round_at = now;
        channels_due = channels_on;
    }
    if (is_converting) {
        take_sample();
    }
    if (!is_converting) {
        start_next();
    }
}

void reports_reset(void)
{
    ports_on = 0;
    ports_due = 0;
    channels_on = 0;
    channels_due = 0;
    reports_set_interval(INTERVAL_MS);
}
