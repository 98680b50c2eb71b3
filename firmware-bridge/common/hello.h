/** What every firmware says of itself: protocol.md, types 01 to 03. */
#ifndef HELLO_H
#define HELLO_H

#include <stdint.h>

#include "moment.h"

#define PROTOCOL_VERSION 2u
#define FIRMWARE_MAJOR 2u
#define FIRMWARE_MINOR 0u

#define TYPE_HELLO 0x01u
#define TYPE_ASK 0x02u
#define TYPE_HANG 0x03u

#define HELLO_BYTES 15u
#define ASK_BYTES 2u
#define HANG_BYTES 3u

#define KIND_BRIDGE 1u
#define KIND_VOTER 2u

/** Results of a command, in `done` and `taken`. */
typedef enum {
    RESULT_DONE = 0,
    RESULT_CLUSTER = 1,
    RESULT_PIN = 2,
    RESULT_RANGE = 3,
    RESULT_REPEATED = 4,
    RESULT_OLD = 5,
    RESULT_FAILED = 6,
    RESULT_UNBOUND = 7,
    /** It comes by a right that is older than one that was seen. */
    RESULT_STALE = 8,
} result;

/** How the chip was started. */
typedef struct {
    /** Bits of MCUSR. */
    uint8_t cause;
    uint16_t boots;
} start_facts;

void hello_payload(
    uint8_t *payload, uint8_t kind, uint8_t pins, const start_facts *start, uint16_t cluster,
    moment now);

/** The result of a sequence after `last`, which `heard` says is one: done, repeated or old. */
result sequence_result(bool heard, uint16_t last, uint16_t sequence);

#endif
