/** What check.h says, and EEPROM that takes its time. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "store.h"

#define HEARD_MAX 4096u
#define PLACES_MAX 3u
#define EEPROM_BYTES 1024u
#define EEPROM_TICKS 4u

static uint32_t checks;
static uint32_t failures;
static const char *test_name = "";

void check(bool fact, const char *text, const char *file, int line)
{
    checks++;
    if (!fact) {
        failures++;
        if (failures <= 20u) {
            printf("%s:%d: %s: not %s\n", file, line, test_name, text);
        }
    }
}

void check_named(const char *name)
{
    test_name = name;
}

int check_ended(const char *suite)
{
    printf("%s: %lu checks, %lu failed\n", suite, (unsigned long)checks, (unsigned long)failures);
    return (failures == 0u) ? 0 : 1;
}

uint32_t dice(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

uint32_t dice_below(uint32_t limit)
{
    return dice() % limit;
}

static uint8_t digit(char c)
{
    return (uint8_t)((c <= '9') ? (c - '0') : (c - 'a' + 10));
}

uint16_t from_hex(const char *hex, uint8_t *bytes, uint16_t limit)
{
    uint16_t count = 0;
    while ((hex[0] != '\0') && (hex[0] != ' ') && (count < limit)) {
        bytes[count] = (uint8_t)((digit(hex[0]) << 4) | digit(hex[1]));
        count++;
        hex += 2;
    }
    return count;
}

bool matches(const char *pattern, const uint8_t *bytes, uint8_t length)
{
    const size_t digits = strlen(pattern);
    const bool open = (digits > 0u) && (pattern[digits - 1u] == '*');
    const size_t bytes_said = digits / 2u;
    bool same = open ? (bytes_said <= length) : (digits == 2u * (size_t)length);
    for (uint8_t at = 0; same && (at < bytes_said); at++) {
        const char *const cell = &pattern[2u * at];
        const uint8_t byte = (uint8_t)((digit(cell[0]) << 4) | digit(cell[1]));
        same = (cell[0] == '.') || (byte == bytes[at]);
    }
    return same;
}

typedef struct {
    uint8_t length;
    uint8_t payload[FRAME_PAYLOAD_MAX];
} said;

static said sayings[PLACES_MAX][HEARD_MAX];
static uint16_t said_count[PLACES_MAX];
static uint16_t looked_at[PLACES_MAX];

void heard(uint8_t place, const uint8_t *payload, uint8_t length)
{
    if (said_count[place] < HEARD_MAX) {
        said *const one = &sayings[place][said_count[place]];
        one->length = length;
        memcpy(one->payload, payload, length);
        said_count[place]++;
    }
}

void heard_nothing_yet(void)
{
    memset(said_count, 0, sizeof said_count);
    memset(looked_at, 0, sizeof looked_at);
}

/** Skips what does not match. */
bool told(uint8_t place, const char *pattern)
{
    bool found = false;
    while (!found && (looked_at[place] < said_count[place])) {
        const said *const one = &sayings[place][looked_at[place]];
        found = matches(pattern, one->payload, one->length);
        looked_at[place]++;
    }
    return found;
}

static bool comes(const device *under_test, const vector_step *step)
{
    bool found = told(step->place, step->hex);
    for (uint16_t time = 0; !found && (time < step->time); time++) {
        under_test->tick();
        found = told(step->place, step->hex);
    }
    return found;
}

static void send(const device *under_test, uint8_t place, const uint8_t *bytes, uint16_t count)
{
    for (uint16_t at = 0; at < count; at++) {
        under_test->byte(place, bytes[at]);
    }
}

static void run_step(const device *under_test, const vector_step *step)
{
    uint8_t bytes[1024];
    uint8_t line[FRAME_LINE_MAX];
    uint16_t count = 0;
    switch (step->kind) {
    case STEP_SEND:
        count = from_hex(step->hex, bytes, FRAME_PAYLOAD_MAX);
        count = frame_write(bytes, (uint8_t)count, line);
        send(under_test, step->place, line, count);
        break;
    case STEP_LINE:
        count = from_hex(step->hex, bytes, sizeof bytes);
        send(under_test, step->place, bytes, count);
        break;
    case STEP_WAIT:
        for (uint16_t time = 0; time < step->time; time++) {
            under_test->tick();
        }
        break;
    case STEP_COMES:
        CHECK(comes(under_test, step));
        break;
    case STEP_NEVER:
        looked_at[step->place] = said_count[step->place];
        CHECK(!comes(under_test, step));
        break;
    default:
        CHECK(false);
        break;
    }
}

void run_sequences(const device *under_test, const vector_sequence *all, uint16_t count)
{
    char name[200];
    for (uint16_t at = 0; at < count; at++) {
        heard_nothing_yet();
        eeprom_erase();
        under_test->power_on();
        for (uint16_t step = 0; step < all[at].count; step++) {
            (void)snprintf(name, sizeof name, "%s, step %u", all[at].name, (unsigned)step);
            check_named(name);
            run_step(under_test, &all[at].steps[step]);
        }
    }
}

static uint8_t eeprom[EEPROM_BYTES];
static uint8_t eeprom_busy;
uint32_t eeprom_writes;

void eeprom_erase(void)
{
    memset(eeprom, 0xFF, sizeof eeprom);
    eeprom_busy = 0;
    eeprom_writes = 0;
}

void eeprom_tick(void)
{
    if (eeprom_busy > 0u) {
        eeprom_busy--;
    }
}

bool eeprom_ready(void)
{
    return eeprom_busy == 0u;
}

uint8_t eeprom_get(uint16_t address)
{
    CHECK(eeprom_ready());
    return eeprom[address % EEPROM_BYTES];
}

void eeprom_put(uint16_t address, uint8_t byte)
{
    CHECK(eeprom_ready());
    eeprom[address % EEPROM_BYTES] = byte;
    eeprom_busy = EEPROM_TICKS;
    eeprom_writes++;
}
