#include "firmata.h"

#include <stdbool.h>

#include "host.h"
#include "pins.h"
#include "reports.h"

#define PROTOCOL_MAJOR 2u
#define PROTOCOL_MINOR 5u
#define FIRMWARE_MAJOR 1u
#define FIRMWARE_MINOR 0u
#define FIRMWARE_NAME "Holdfast"

/** Messages; those of a port, pin or channel have its number in their low four bits. */
enum {
    DIGITAL_MESSAGE = 0x90,
    REPORT_ANALOG = 0xC0,
    REPORT_DIGITAL = 0xD0,
    ANALOG_MESSAGE = 0xE0,
    SYSEX_BEGIN = 0xF0,
    SET_MODE = 0xF4,
    SET_LEVEL = 0xF5,
    SYSEX_END = 0xF7,
    REPORT_VERSION = 0xF9,
    SYSTEM_RESET = 0xFF,
};

/** Sysex messages. */
enum {
    ANALOG_MAPPING_QUERY = 0x69,
    ANALOG_MAPPING = 0x6A,
    CAPABILITY_QUERY = 0x6B,
    CAPABILITY = 0x6C,
    PIN_STATE_QUERY = 0x6D,
    PIN_STATE = 0x6E,
    EXTENDED_ANALOG = 0x6F,
    SERVO_CONFIG = 0x70,
    FIRMWARE = 0x79,
    SAMPLING_INTERVAL = 0x7A,
};

#define IN_MESSAGE 0x0Fu
#define NO_CHANNEL 0x7Fu
#define END_OF_PIN 0x7Fu
#define PORT_PINS 8u

/** Of a sysex message; of a longer one the rest is dropped, and it has no effect. */
#define SYSEX_BYTES 16u

static uint8_t answer[FIRMATA_ANSWER_MAX];
static uint8_t answer_length;

static uint8_t command;
static uint8_t needed;
static uint8_t first;
static bool in_sysex;
static bool too_long;
static uint8_t sysex[SYSEX_BYTES];
static uint8_t sysex_length;

static void say(uint8_t byte)
{
    if (answer_length < FIRMATA_ANSWER_MAX) {
        answer[answer_length] = byte;
        answer_length++;
    }
}

static void begin_answer(uint8_t kind)
{
    answer_length = 0;
    say(SYSEX_BEGIN);
    say(kind);
}

static void end_answer(void)
{
    say(SYSEX_END);
    if (host_room() >= answer_length) {
        host_put(answer, answer_length);
    }
}

/** Numbers go as seven bits a byte, the low ones first. */
static uint16_t number_at(uint8_t at)
{
    return (uint16_t)(sysex[at] | ((uint16_t)sysex[at + 1u] << 7));
}

static void say_version(void)
{
    answer_length = 0;
    say(REPORT_VERSION);
    say(PROTOCOL_MAJOR);
    say(PROTOCOL_MINOR);
    if (host_room() >= answer_length) {
        host_put(answer, answer_length);
    }
}

static void say_firmware(void)
{
    static const char name[] = FIRMWARE_NAME;
    begin_answer(FIRMWARE);
    say(FIRMWARE_MAJOR);
    say(FIRMWARE_MINOR);
    for (uint8_t at = 0; at < sizeof name - 1u; at++) {
        say((uint8_t)name[at] & 0x7Fu);
        say((uint8_t)((uint8_t)name[at] >> 7));
    }
    end_answer();
}

static void say_capabilities(void)
{
    begin_answer(CAPABILITY);
    for (uint8_t pin = 0; pin < PINS; pin++) {
        ability abilities[MODES_MAX];
        const uint8_t count = pin_abilities(pin, abilities);
        for (uint8_t at = 0; at < count; at++) {
            say(abilities[at].mode);
            say(abilities[at].bits);
        }
        say(END_OF_PIN);
    }
    end_answer();
}

static void say_mapping(void)
{
    begin_answer(ANALOG_MAPPING);
    for (uint8_t pin = 0; pin < PINS; pin++) {
        say((pin >= PIN_ANALOG_FIRST) ? (uint8_t)(pin - PIN_ANALOG_FIRST) : NO_CHANNEL);
    }
    end_answer();
}

static void say_state(uint8_t pin)
{
    if (pin < PINS) {
        const uint16_t state = pin_state(pin);
        begin_answer(PIN_STATE);
        say(pin);
        say(pin_mode(pin));
        say((uint8_t)(state & 0x7Fu));
        if (state > 0x7Fu) {
            say((uint8_t)((state >> 7) & 0x7Fu));
        }
        end_answer();
    }
}

static void take_sysex(void)
{
    switch (sysex[0]) {
    case FIRMWARE:
        say_firmware();
        break;
    case CAPABILITY_QUERY:
        say_capabilities();
        break;
    case ANALOG_MAPPING_QUERY:
        say_mapping();
        break;
    case PIN_STATE_QUERY:
        if (sysex_length == 2u) {
            say_state(sysex[1]);
        }
        break;
    case EXTENDED_ANALOG:
        if (sysex_length >= 4u) {
            pin_set_analog(sysex[1], number_at(2));
        }
        break;
    case SERVO_CONFIG:
        if (sysex_length == 6u) {
            pin_set_servo_range(sysex[1], number_at(2), number_at(4));
        }
        break;
    case SAMPLING_INTERVAL:
        if (sysex_length == 3u) {
            reports_set_interval(number_at(1));
        }
        break;
    default:
        /* A feature that is not here. */
        break;
    }
}

static void reset(void)
{
    reports_reset();
    pins_reset();
}

static void set_port(uint8_t port, uint8_t levels)
{
    for (uint8_t bit = 0; bit < PORT_PINS; bit++) {
        pin_set_level((uint8_t)(port * PORT_PINS + bit), (levels & (1u << bit)) != 0u);
    }
}

/** An analog pin that becomes so is reported, and one that becomes another is not. */
static void set_mode(uint8_t pin, uint8_t mode)
{
    if (pin_set_mode(pin, mode) && (pin >= PIN_ANALOG_FIRST)) {
        report_channel((uint8_t)(pin - PIN_ANALOG_FIRST), mode == MODE_ANALOG);
    }
}

static void take_message(uint8_t last)
{
    const uint8_t number = command & IN_MESSAGE;
    const uint16_t value = (uint16_t)(first | ((uint16_t)last << 7));
    switch (command) {
    case SET_MODE:
        set_mode(first, last);
        break;
    case SET_LEVEL:
        pin_set_output(first, last != 0u);
        break;
    default:
        switch (command & (uint8_t)~IN_MESSAGE) {
        case DIGITAL_MESSAGE:
            set_port(number, (uint8_t)value);
            break;
        case ANALOG_MESSAGE:
            pin_set_analog(number, value);
            break;
        case REPORT_ANALOG:
            report_channel(number, last != 0u);
            break;
        default:
            report_port(number, last != 0u);
            break;
        }
        break;
    }
}

/** How many data bytes follow. */
static uint8_t bytes_after(uint8_t byte)
{
    uint8_t count = 0;
    switch ((byte < SYSEX_BEGIN) ? (byte & (uint8_t)~IN_MESSAGE) : byte) {
    case DIGITAL_MESSAGE:
    case ANALOG_MESSAGE:
    case SET_MODE:
    case SET_LEVEL:
        count = 2;
        break;
    case REPORT_ANALOG:
    case REPORT_DIGITAL:
        count = 1;
        break;
    default:
        /* Sysex, the questions of one byte, and what is not known. */
        break;
    }
    return count;
}

/** Whatever was begun is over. */
static void take_command(uint8_t byte)
{
    in_sysex = false;
    command = byte;
    needed = bytes_after(byte);
    switch (byte) {
    case SYSEX_BEGIN:
        in_sysex = true;
        too_long = false;
        sysex_length = 0;
        break;
    case REPORT_VERSION:
        say_version();
        break;
    case SYSTEM_RESET:
        reset();
        break;
    default:
        /* Its data follows. */
        break;
    }
}

static void take_data(uint8_t byte)
{
    if (in_sysex) {
        too_long = too_long || (sysex_length == SYSEX_BYTES);
        if (!too_long) {
            sysex[sysex_length] = byte;
            sysex_length++;
        }
    } else if (needed > 1u) {
        needed--;
        first = byte;
    } else if (needed == 1u) {
        needed = 0;
        take_message(byte);
    } else {
        /* Data of nothing: noise. */
    }
}

void firmata_take(uint8_t byte)
{
    if (byte < 0x80u) {
        take_data(byte);
    } else if (in_sysex && (byte == SYSEX_END)) {
        in_sysex = false;
        if (!too_long && (sysex_length > 0u)) {
            take_sysex();
        }
    } else {
        take_command(byte);
    }
}

void firmata_begin(void)
{
    reset();
    say_version();
    say_firmware();
}
