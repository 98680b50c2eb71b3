/** The bridge over fake pins: the vectors, its pins by themselves, and commands by chance. */
#include <stdio.h>
#include <string.h>

#include "bridge.h"
#include "bytes.h"
#include "check.h"
#include "crc.h"
#include "edges.h"
#include "frame.h"
#include "hardware.h"
#include "pins.h"

#include "../vectors/vectors.h"

#define FUZZ_FRAMES UINT32_C(300000)
#define FUZZ_BYTES UINT32_C(2000000)

typedef enum { LET_GO, ANALOG, DRIVEN, MODULATED } pin_mode;

static struct {
    pin_mode mode;
    bool pull_up;
    bool high;
    bool outside;
    bool watched;
    uint16_t duty;
} fake[PINS];

static moment now;
static uint8_t converting;
static uint8_t conversion_left;
static bool line_full;
/** A pin that changes just before it is watched; 0: none. */
static uint8_t changes_unseen;
static bool in_interrupt_lock;
static frame_reader reader;

#define FAKE(pin) fake[check_pin(pin) - PIN_FIRST]

static uint8_t check_pin(uint8_t pin)
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

static void start(uint8_t cause, uint16_t boots)
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

static void byte(uint8_t place, uint8_t one)
{
    (void)place;
    const uint8_t length = frame_read(&reader, one);
    if (length > 0u) {
        bridge_take(reader.plain, length, now);
    }
}

static void tick(void)
{
    now += UINT32_C(1000);
    eeprom_tick();
    bridge_poll(reader.bad, now);
}

static void ticks(uint16_t count)
{
    for (uint16_t time = 0; time < count; time++) {
        tick();
    }
}

static const device bridge_device = {power_on, byte, tick};

static void take(const char *hex)
{
    uint8_t payload[FRAME_PAYLOAD_MAX];
    const uint8_t length = (uint8_t)from_hex(hex, payload, sizeof payload);
    bridge_take(payload, length, now);
}

static void fresh(const char *name)
{
    check_named(name);
    eeprom_erase();
    heard_nothing_yet();
    power_on();
    take("24000012340001");
}

static void safe_states_outlive_a_reset(void)
{
    fresh("BRIDGE-7: safe states");
    /* D13 on, D9 at half by PWM, D12 active low and off, D11 let go with its pull-up, D10 held. */
    take("21123400020d0200000001ffff00");
    take("2112340003090400000001800000");
    take("21123400040c0202000001000000");
    take("21123400050b0201ffff00ffff00");
    take("21123400060a0200ffff02ffff00");
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK((FAKE(12).mode == DRIVEN) && FAKE(12).high);
    ticks(3000);
    start(8, 2);
    CHECK((FAKE(13).mode == DRIVEN) && FAKE(13).high);
    CHECK((FAKE(9).mode == MODULATED) && (FAKE(9).duty == 0x8000u));
    CHECK((FAKE(12).mode == DRIVEN) && FAKE(12).high);
    CHECK((FAKE(11).mode == LET_GO) && FAKE(11).pull_up);
    CHECK(FAKE(10).mode == LET_GO);
    CHECK(!pins_configured());
    CHECK(pin_set(13, 0, 100, now) == RESULT_PIN);
    const uint32_t writes = eeprom_writes;
    ticks(3000);
    CHECK(eeprom_writes == writes);
    /* Configured with another safe state, it keeps the others. */
    take("21123400070d0200000001000000");
    ticks(3000);
    start(8, 3);
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK((FAKE(9).mode == MODULATED) && (FAKE(9).duty == 0x8000u));
}

/** As the interrupt has it. */
static void change(uint8_t pin, bool high, moment at)
{
    FAKE(pin).outside = high;
    if (FAKE(pin).watched) {
        edge_seen(pin, high, at);
    }
}

static void edges_are_counted_and_told(void)
{
    fresh("BRIDGE-9: edges");
    take("2112340002070104000000000000");
    change(7, true, 100);
    change(7, false, 200);
    ticks(1);
    CHECK(told(0, "12070002" "0100000064" "00000000c8"));
    change(8, true, 300);
    ticks(1);
    CHECK(!told(0, "1208*"));
    /* Active low: the other way round; the count begins anew. */
    take("2112340003070106000000000000");
    change(7, true, 400);
    ticks(1);
    CHECK(told(0, "12070001" "0000000190"));
}

static void edges_of_two_pins_go_in_frames_of_one(void)
{
    fresh("BRIDGE-9: two pins");
    take("2112340002070104000000000000");
    take("2112340003080104000000000000");
    change(7, true, 1);
    change(8, true, 2);
    change(8, false, 3);
    ticks(2);
    CHECK(told(0, "12070001" "0100000001"));
    CHECK(told(0, "12080002" "0100000002" "0000000003"));
}

static void edges_without_room_leave_a_gap(void)
{
    fresh("BRIDGE-9: a gap");
    take("2112340002070104000000000000");
    line_full = true;
    for (uint16_t count = 1; count <= 40u; count++) {
        change(7, (count & 1u) != 0u, count);
    }
    ticks(20);
    CHECK(!told(0, "1207*"));
    line_full = false;
    ticks(1);
    change(7, true, 41);
    ticks(5);
    /* 31 were kept, then the 41st: between are 9 that were lost. */
    CHECK(told(0, "12070008" "0100000001" "0000000002*"));
    CHECK(told(0, "1207001f" "0100000019*"));
    CHECK(told(0, "12070029" "0100000029"));
}

static void a_bouncing_level_counts_when_it_has_stood(void)
{
    fresh("BRIDGE-9: debounce");
    take("211234000207010c000000000005");
    ticks(20);
    CHECK(told(0, "11............070000"));
    const moment begin = now;
    for (uint8_t bounce = 0; bounce < 7u; bounce++) {
        change(7, (bounce & 1u) == 0u, now + 500u);
        ticks(2);
    }
    CHECK(!told(0, "1207*"));
    ticks(4);
    uint8_t wanted[9] = {0x12, 7, 0, 1, 1};
    put_u32(&wanted[5], begin + UINT32_C(12500));
    char pattern[19];
    for (uint8_t at = 0; at < 9u; at++) {
        (void)snprintf(&pattern[2u * at], 3, "%02x", wanted[at]);
    }
    CHECK(told(0, pattern));
    /* A glitch that is over before it has stood is none. */
    change(7, false, now);
    ticks(1);
    change(7, true, now);
    ticks(30);
    CHECK(!told(0, "1207*"));
    CHECK(pin_high(7));
}

static void a_change_before_the_watch_is_not_missed(void)
{
    fresh("BRIDGE-9: a change between reading and watching");
    changes_unseen = 7;
    take("211234000207010c000000000005");
    changes_unseen = 0;
    CHECK(FAKE(7).outside);
    ticks(4);
    CHECK(!told(0, "1207*"));
    ticks(30);
    CHECK(edges_high(7));
    CHECK(told(0, "11............070001"));
}

static void a_pin_that_is_watched_no_more_tells_nothing(void)
{
    fresh("BRIDGE-9: forgotten");
    take("2112340002070104000000000000");
    line_full = true;
    change(7, true, 1);
    ticks(1);
    line_full = false;
    take("2112340003070200000000000000");
    ticks(5);
    CHECK(!told(0, "1207*"));
    CHECK(!FAKE(7).watched);
}

static void samples_come_in_frames_of_eight(void)
{
    fresh("BRIDGE-8: samples");
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        uint8_t payload[14] = {0x21, 0x12, 0x34, 0, pin, pin};
        payload[6] = (pin >= PIN_ANALOG_FIRST) ? USE_ANALOG : USE_INPUT;
        payload[7] = FLAG_SAMPLE;
        bridge_take(payload, 14, now);
    }
    FAKE(3).outside = true;
    take("221234001e0064");
    heard_nothing_yet();
    ticks(30);
    CHECK(told(0, "110000........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                  "090000"));
    CHECK(told(0, "110001........" "0a0000" "0b0000" "0c0000" "0d0000" "0e02bc" "0f02ee" "100320"
                  "110352"));
    CHECK(told(0, "110002........" "120384" "1303b6"));
    ticks(60);
    CHECK(!told(0, "110003........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                   "090000"));
    ticks(20);
    CHECK(told(0, "110003........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                  "090000"));
}

static void a_conversion_of_a_pin_that_became_another_is_dropped(void)
{
    fresh("BRIDGE-8: another use meanwhile");
    take("21123400020f0308000000000000");
    ticks(30);
    CHECK(told(0, "11............0f02ee"));
    const moment began = now;
    while (conversion_left == 0u) {
        tick();
        CHECK((now - began) < 100000u);
    }
    take("21123400030f0108000000000000");
    heard_nothing_yet();
    ticks(30);
    CHECK(!told(0, "11............0f02ee"));
    ticks(30);
    CHECK(told(0, "11............0f0000"));
}

static void a_failed_supervision_asks_no_more(void)
{
    fresh("BRIDGE-10: no question after the bite");
    take("2312340002002800640064070107" "01");
    line_full = true;
    ticks(300);
    line_full = false;
    heard_nothing_yet();
    ticks(300);
    CHECK(!told(0, "51*"));
}

/** The main loop may come late: what was due then is judged before the answer is. */
static void an_answer_after_its_time_is_none(void)
{
    fresh("BRIDGE-10: an answer after its time");
    take("2312340002002800640064030207" "01");
    ticks(1);
    CHECK(told(0, "51000103"));
    now += 100u * MILLISECOND;
    for (uint8_t index = 0; index < 4u; index++) {
        uint8_t payload[4] = {0x41, 0, index, 0};
        const uint8_t of[2] = {1, index};
        payload[3] = crc8(of, 2);
        bridge_take(payload, 4, now);
    }
    ticks(1);
    CHECK(told(0, "51010105"));
}

static void a_command_after_the_bite_is_refused(void)
{
    fresh("BRIDGE-10: a command after the bite");
    take("21123400020d0200000001000000");
    take("2312340003002800640064070107" "01");
    ticks(1);
    now += 100u * MILLISECOND;
    take("20123400040dffffea60");
    CHECK(told(0, "130004060d"));
    CHECK(!FAKE(13).high);
}

static bool is_high(uint8_t pin)
{
    return (FAKE(pin).mode == DRIVEN) && FAKE(pin).high;
}

/** The host dies after `configure`: nothing says `set`, and nobody supervises. */
static void an_initial_value_ends_by_itself(void)
{
    fresh("BRIDGE-13: initial");
    /* D13 safe at 0, D12 let go, D11 by PWM and active low, D10 held. */
    take("21123400020d0200ffff01000000");
    take("21123400030c0200ffff00000000");
    take("21123400040b0402ffff01000000");
    take("21123400050a0200ffff02000000");
    ticks(999);
    CHECK(is_high(13) && is_high(12) && is_high(10));
    CHECK((FAKE(11).mode == MODULATED) && (FAKE(11).duty == 0u));
    tick();
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK(FAKE(12).mode == LET_GO);
    CHECK((FAKE(11).mode == MODULATED) && (FAKE(11).duty == UINT16_MAX));
    CHECK(is_high(10));
    ticks(3000);
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high && is_high(10));
}

static void a_command_takes_the_place_of_an_initial_value(void)
{
    fresh("BRIDGE-13: a command instead");
    take("21123400020d0200ffff01000000");
    take("21123400030c0200ffff01000000");
    ticks(500);
    /* For 2 s, and for 100 ms. */
    take("20123400040dffff07d0");
    take("20123400050cffff0064");
    ticks(99);
    CHECK(is_high(13) && is_high(12));
    tick();
    CHECK(is_high(13) && !is_high(12));
    ticks(1899);
    CHECK(is_high(13));
    tick();
    CHECK(!is_high(13));
}

static void beats_do_not_drift(void)
{
    fresh("BRIDGE-1: beats");
    heard_nothing_yet();
    for (uint16_t count = 0; count < 200u; count++) {
        ticks(50);
        uint8_t wanted[7] = {0x10};
        char pattern[31] = "..............................";
        put_u16(&wanted[1], count);
        put_u32(&wanted[3], (count + 1u) * UINT32_C(50000));
        for (uint8_t at = 0; at < 7u; at++) {
            char two[3];
            (void)snprintf(two, sizeof two, "%02x", wanted[at]);
            memcpy(&pattern[2u * at], two, 2);
        }
        CHECK(told(0, pattern));
    }
}

/** Whatever is said by chance: outputs are driven by what was configured alone, and it goes on. */
static void commands_by_chance(void)
{
    fresh("BRIDGE-12: commands by chance");
    uint16_t sequence = 1;
    for (uint32_t count = 0; count < FUZZ_FRAMES; count++) {
        uint8_t payload[FRAME_PAYLOAD_MAX];
        const uint8_t length = (uint8_t)(1u + dice_below(20));
        for (uint8_t at = 0; at < length; at++) {
            payload[at] = (uint8_t)((dice_below(3) == 0u) ? dice() : dice_below(24));
        }
        if (dice_below(4) > 0u) {
            payload[0] = (uint8_t)(0x20u + dice_below(6));
            payload[1] = 0x12;
            payload[2] = 0x34;
            put_u16(&payload[3], ++sequence);
        }
        if ((payload[0] != 0x24u) && (payload[0] != 0x02u)) {
            static const uint8_t lengths[6] = {10, 14, 7, 15, 7, 6};
            const bool command = (payload[0] >= 0x20u) && (payload[0] <= 0x25u);
            const uint8_t right = command ? lengths[payload[0] - 0x20u] : length;
            bridge_take(payload, (dice_below(8) > 0u) ? right : length, now);
        }
        if (dice_below(4) == 0u) {
            change((uint8_t)(PIN_FIRST + dice_below(PINS)), dice_below(2) == 1u, now);
        }
        line_full = dice_below(8) == 0u;
        ticks((uint16_t)dice_below(3));
        heard_nothing_yet();
    }
    line_full = false;
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        const bool drives = (FAKE(pin).mode == DRIVEN) || (FAKE(pin).mode == MODULATED);
        CHECK(!drives || (pin_use_of(pin) == USE_OUTPUT) || (pin_use_of(pin) == USE_PWM));
    }
    take("0201");
    CHECK(told(0, "01010101000100011234" "12........"));
}

static void bytes_by_chance(void)
{
    fresh("BRIDGE-12: bytes by chance");
    for (uint32_t count = 0; count < FUZZ_BYTES; count++) {
        byte(0, (uint8_t)((dice_below(16) == 0u) ? 0u : dice()));
        if ((count % 512u) == 0u) {
            tick();
            heard_nothing_yet();
        }
    }
    byte(0, 0);
    take("0201");
    CHECK(told(0, "0101010100010001" "1234" "12........"));
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        CHECK(FAKE(pin).mode == LET_GO);
    }
}

int main(void)
{
    run_sequences(&bridge_device, bridge_sequences, COUNT(bridge_sequences));
    safe_states_outlive_a_reset();
    edges_are_counted_and_told();
    edges_of_two_pins_go_in_frames_of_one();
    edges_without_room_leave_a_gap();
    a_bouncing_level_counts_when_it_has_stood();
    a_change_before_the_watch_is_not_missed();
    a_pin_that_is_watched_no_more_tells_nothing();
    samples_come_in_frames_of_eight();
    a_conversion_of_a_pin_that_became_another_is_dropped();
    a_failed_supervision_asks_no_more();
    an_answer_after_its_time_is_none();
    a_command_after_the_bite_is_refused();
    an_initial_value_ends_by_itself();
    a_command_takes_the_place_of_an_initial_value();
    beats_do_not_drift();
    commands_by_chance();
    bytes_by_chance();
    (void)frames;
    (void)streams;
    (void)voter_sequences;
    return check_ended("bridge");
}
