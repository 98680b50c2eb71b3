/** The fakes of voter-rig.h: outputs that only remember, and three lines that are listened to. */
#include "voter-rig.h"

#include <string.h>

#include "bytes.h"

fake_output fake[OUTPUTS];

moment now;
static frame_reader readers[PLACES];
/** The newest result that each place was told. */
static uint8_t result_of[PLACES];
uint8_t newest[PLACES][FRAME_PAYLOAD_MAX];

void output_let_go(uint8_t number)
{
    fake[number].mode = LET_GO;
}

void output_level(uint8_t number, bool high)
{
    fake[number].mode = LEVEL;
    fake[number].value = high ? UINT16_MAX : 0u;
}

void output_pwm(uint8_t number, uint16_t duty)
{
    fake[number].mode = MODULATED;
    fake[number].value = duty;
}

bool place_send(uint8_t at, const uint8_t *payload, uint8_t length)
{
    CHECK((length > 0u) && (length <= FRAME_PAYLOAD_MAX));
    heard(at, payload, length);
    if (payload[0] == 0x33u) {
        result_of[at] = payload[3];
    }
    if (payload[0] == 0x32u) {
        memcpy(newest[at], payload, length);
    }
    return true;
}

bool place_send_beat(uint8_t at, const uint8_t *payload, uint8_t length)
{
    return place_send(at, payload, length);
}

void start(uint8_t cause, uint16_t boots)
{
    const start_facts facts = {cause, boots};
    memset(readers, 0, sizeof readers);
    memset(fake, 0, sizeof fake);
    now = 0;
    voter_begin(&facts, now);
}

static void power_on(void)
{
    start(1, 1);
}

void byte(uint8_t place, uint8_t one)
{
    const uint8_t length = frame_read(&readers[place], one);
    if (length > 0u) {
        voter_take(place, readers[place].plain, length, now);
    }
}

void tick(void)
{
    now += 1000u;
    eeprom_tick();
    voter_poll(now);
}

void ticks(uint16_t count)
{
    for (uint16_t time = 0; time < count; time++) {
        tick();
    }
}

const device voter_device = {power_on, byte, tick};

void fresh(const char *name)
{
    check_named(name);
    eeprom_erase();
    heard_nothing_yet();
    power_on();
}

uint8_t declare_for(uint16_t cluster, uint8_t at, uint8_t number, const declaration *as)
{
    uint8_t payload[16] = {0x31};
    put_u16(&payload[1], cluster);
    put_u16(&payload[3], 1);
    payload[5] = number;
    declaration_write(as, &payload[6]);
    voter_take(at, payload, 16, now);
    return result_of[at];
}

void declare_by_two(uint8_t number, const declaration *as)
{
    CHECK(declare_for(CLUSTER, 0, number, as) == RESULT_DONE);
    CHECK(declare_for(CLUSTER, 2, number, as) == RESULT_DONE);
}

uint8_t say(uint8_t at, uint8_t number, uint16_t sequence, uint16_t value, uint16_t hold)
{
    uint8_t payload[10] = {0x30};
    put_u16(&payload[1], CLUSTER);
    put_u16(&payload[3], sequence);
    payload[5] = number;
    put_u16(&payload[6], value);
    put_u16(&payload[8], hold);
    voter_take(at, payload, 10, now);
    return result_of[at];
}

uint8_t order(uint8_t at, uint8_t number, uint16_t token, uint16_t value, uint16_t hold)
{
    uint8_t payload[16] = {0x34};
    put_u16(&payload[1], CLUSTER);
    put_u16(&payload[3], 7);
    payload[5] = number;
    put_u16(&payload[6], value);
    put_u16(&payload[8], hold);
    put_u16(&payload[14], token);
    voter_take(at, payload, 16, now);
    return result_of[at];
}

uint8_t state_told(uint8_t number)
{
    return newest[0][11u + 5u * number + 1u];
}

uint8_t replica_told(uint8_t at)
{
    return newest[1][8u + at];
}
