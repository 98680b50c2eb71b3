/**
 * Invariant: only a command that was done takes its sequence. So "repeated" always means that it
 * was done, and a refused command may come again as it is.
 */
#include "bridge.h"

#include <string.h>

#include "bytes.h"
#include "commands.h"
#include "edges.h"
#include "fence.h"
#include "hardware.h"
#include "pins.h"
#include "question-answer.h"
#include "rom.h"
#include "sampler.h"
#include "store.h"

#define TYPE_BEAT 0x10u
#define TYPE_DONE 0x13u
#define TYPE_ANSWER 0x41u

#define BEAT_BYTES 15u
#define DONE_BYTES 5u
#define SUPERVISE_BYTES 15u
#define BIND_BYTES 7u

#define BEAT_PERIOD (50u * MILLISECOND)

#define STATE_CONFIGURED 1u
#define STATE_ARMED 2u
#define STATE_FAILED 4u
#define STATE_BOUND 8u

#define STORED_BYTES (2u + PINS_STORED)

static struct {
    start_facts start;
    /** 0 while it is bound to none. */
    uint16_t cluster;
    /** Of the last command that was done, once one was. */
    uint16_t sequence;
    bool heard;
    /** The host speaks another version of the protocol. */
    bool foreign;
    bool armed;
    /** A question waits for room on the line. */
    bool asking;
    question_watchdog dog;
    moment beat_at;
    uint16_t beats;
    uint16_t refused;
    /** Frames that were whole and made no sense. */
    uint16_t senseless;
#ifdef WITH_FAULTS
    bool hung;
#endif
} bridge;

static void say_hello(moment now)
{
    uint8_t payload[HELLO_BYTES];
    hello_payload(payload, KIND_BRIDGE, PINS, &bridge.start, bridge.cluster, now);
    (void)host_send(payload, HELLO_BYTES);
}

static void save(moment now)
{
    uint8_t stored[STORED_BYTES];
    put_u16(stored, bridge.cluster);
    pins_store(&stored[2]);
    store_write(stored, STORED_BYTES, now);
}

void bridge_begin(const start_facts *start, moment now)
{
    uint8_t stored[STORED_BYTES];
    memset(&bridge, 0, sizeof bridge);
    (void)store_load(stored, STORED_BYTES);
    fence_begin(start->boots <= 1u);
    edges_begin();
    pins_begin(&stored[2]);
    bridge.start = *start;
    bridge.cluster = get_u16(stored);
    /* On a tick of the clock, which wakes the chip. */
    bridge.beat_at = BEAT_PERIOD;
    sampler_begin(now);
    say_hello(now);
}

static bool failed(void)
{
    return bridge.armed && bridge.dog.bitten;
}

static result do_supervise(const uint8_t *payload, moment now)
{
    const question_settings settings = {
        .opens = get_u16(&payload[5]),
        .timeout = get_u16(&payload[7]),
        .first_timeout = get_u16(&payload[9]),
        .errors_at_start = payload[11],
        .error_step = payload[12],
        .errors_max = payload[13],
        .seed = payload[14],
    };
    result is = RESULT_DONE;
    if (settings.timeout == 0u) {
        bridge.armed = false;
        bridge.asking = false;
    } else if (question_settings_valid(&settings)) {
        question_arm(&bridge.dog, &settings, now);
        bridge.armed = true;
        bridge.asking = true;
    } else {
        is = RESULT_RANGE;
    }
    return is;
}

static result do_bind(const uint8_t *payload)
{
    const uint16_t cluster = get_u16(&payload[3]);
    if (cluster == 0u) {
        return RESULT_RANGE;
    }
    if (bridge.cluster != cluster) {
        fence_forget();
    }
    bridge.cluster = cluster;
    store_changed();
    return RESULT_DONE;
}

/** The length of a command; 0 for what is none. */
static uint8_t command_bytes(uint8_t type)
{
    static const uint8_t bytes[] ROM = {
        SET_BYTES, CONFIGURE_BYTES, SAMPLING_BYTES, SUPERVISE_BYTES, BIND_BYTES, RELEASE_BYTES,
    };
    const bool is = (type >= TYPE_SET) && (type <= TYPE_RELEASE);
    return is ? ROM_U8(bytes, type - TYPE_SET) : 0u;
}

static uint16_t sequence_of(const uint8_t *payload)
{
    return get_u16(&payload[(payload[0] == TYPE_BIND) ? 5 : 3]);
}

/** Before what the command itself says: may it be done at all? */
static result check(const uint8_t *payload)
{
    const uint8_t type = payload[0];
    result is = RESULT_DONE;
    if ((bridge.cluster == 0u) && (type != TYPE_BIND)) {
        is = RESULT_UNBOUND;
    } else if (get_u16(&payload[1]) != bridge.cluster) {
        is = RESULT_CLUSTER;
    } else {
        is = sequence_result(bridge.heard, bridge.sequence, sequence_of(payload));
        if ((is == RESULT_DONE) && failed() && (type != TYPE_SUPERVISE)) {
            is = RESULT_FAILED;
        }
    }
    return is;
}

static result run(const uint8_t *payload, moment now)
{
    result is = RESULT_DONE;
    switch (payload[0]) {
    case TYPE_SUPERVISE:
        is = do_supervise(payload, now);
        break;
    case TYPE_BIND:
        is = do_bind(payload);
        break;
    default:
        is = command_run(payload, now);
        break;
    }
    return is;
}

/** The pin that a command names; 0 for one that names none. */
static uint8_t pin_named(const uint8_t *payload)
{
    const uint8_t type = payload[0];
    const bool names = (type == TYPE_SET) || (type == TYPE_CONFIGURE) || (type == TYPE_RELEASE);
    return names ? payload[5] : 0u;
}

static void take_command(const uint8_t *payload, moment now)
{
    uint8_t done[DONE_BYTES];
    result is = check(payload);
    if (is == RESULT_DONE) {
        is = run(payload, now);
        if (is == RESULT_DONE) {
            bridge.sequence = sequence_of(payload);
            bridge.heard = true;
        }
    }
    if ((is != RESULT_DONE) && (is != RESULT_REPEATED)) {
        bridge.refused = count_up(bridge.refused);
    }
    done[0] = TYPE_DONE;
    put_u16(&done[1], sequence_of(payload));
    done[3] = (uint8_t)is;
    done[4] = pin_named(payload);
    (void)host_send(done, DONE_BYTES);
}

static void go_safe_if_bitten(void)
{
    if (failed()) {
        bridge.asking = false;
        pins_release_all();
    }
}

/** What is overdue counts before what arrives: a main loop that is late gives no more time. */
static void judge_time(moment now)
{
    if (bridge.armed && !bridge.dog.bitten) {
        if (question_poll(&bridge.dog, now)) {
            bridge.asking = true;
        }
        go_safe_if_bitten();
    }
}

static void take_answer(const uint8_t *payload, uint8_t length, moment now)
{
    if (bridge.armed && !bridge.dog.bitten) {
        if (question_answered(&bridge.dog, payload, length, now)) {
            bridge.asking = true;
        }
        go_safe_if_bitten();
    }
}

static void take_ask(const uint8_t *payload, moment now)
{
    bridge.foreign = payload[1] != PROTOCOL_VERSION;
    bridge.heard = false;
    say_hello(now);
}

static bool is_hang(const uint8_t *payload, uint8_t length)
{
#ifdef WITH_FAULTS
    const bool is = (length == HANG_BYTES) && (payload[0] == TYPE_HANG) &&
                    (get_u16(&payload[1]) == 0xDEADu);
    bridge.hung = bridge.hung || is;
    return is;
#else
    (void)payload;
    (void)length;
    return false;
#endif
}

void bridge_take(const uint8_t *payload, uint8_t length, moment now)
{
    const uint8_t type = payload[0];
    judge_time(now);
    if ((type == TYPE_ASK) && (length == ASK_BYTES)) {
        take_ask(payload, now);
    } else if (!bridge.foreign && (type == TYPE_ANSWER) && (length == ANSWER_BYTES)) {
        take_answer(payload, length, now);
    } else if (!bridge.foreign && (command_bytes(type) != 0u) && (command_bytes(type) == length)) {
        take_command(payload, now);
    } else if (!is_hang(payload, length)) {
        bridge.senseless = count_up(bridge.senseless);
    } else {
        /* It is about to hang. */
    }
}

static uint8_t state_bits(void)
{
    const unsigned configured = pins_configured() ? STATE_CONFIGURED : 0u;
    const unsigned armed = bridge.armed ? STATE_ARMED : 0u;
    const unsigned bitten = failed() ? STATE_FAILED : 0u;
    const unsigned bound = (bridge.cluster != 0u) ? STATE_BOUND : 0u;
    return (uint8_t)(configured | armed | bitten | bound);
}

static void beat(uint16_t bad, moment now)
{
    uint8_t payload[BEAT_BYTES];
    payload[0] = TYPE_BEAT;
    put_u16(&payload[1], bridge.beats);
    put_u32(&payload[3], now);
    payload[7] = state_bits();
    payload[8] = bridge.armed ? bridge.dog.errors : 0u;
    put_u16(&payload[9], bridge.refused);
    put_u16(&payload[11], sum(bad, bridge.senseless));
    put_u16(&payload[13], host_overruns());
    (void)host_send_beat(payload, BEAT_BYTES);
    bridge.beats++;
    /* Free of drift; what a stall has cost is not made up for. */
    bridge.beat_at += BEAT_PERIOD;
    while (is_due(bridge.beat_at, now)) {
        bridge.beat_at += BEAT_PERIOD;
    }
}

static void poll_supervision(moment now)
{
    judge_time(now);
    if (bridge.asking) {
        uint8_t payload[QUESTION_BYTES];
        question_payload(&bridge.dog, payload);
        bridge.asking = !host_send(payload, QUESTION_BYTES);
    }
}

void bridge_poll(uint16_t bad, moment now)
{
    if (is_due(bridge.beat_at, now)) {
        beat(bad, now);
    }
    poll_supervision(now);
    pins_poll(now);
    edges_poll(now);
    sampler_poll(now);
    if (store_poll(now)) {
        save(now);
    }
}

#ifdef WITH_FAULTS
bool bridge_hung(void)
{
    return bridge.hung;
}
#endif
