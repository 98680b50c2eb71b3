#include "hello.h"

#include "bytes.h"

void hello_payload(
    uint8_t *payload, uint8_t kind, uint8_t pins, const start_facts *start, uint16_t cluster,
    moment now)
{
    payload[0] = TYPE_HELLO;
    payload[1] = PROTOCOL_VERSION;
    payload[2] = kind;
    payload[3] = FIRMWARE_MAJOR;
    payload[4] = FIRMWARE_MINOR;
    payload[5] = start->cause;
    put_u16(&payload[6], start->boots);
    put_u16(&payload[8], cluster);
    payload[10] = pins;
    put_u32(&payload[11], now);
}

result sequence_result(bool heard, uint16_t last, uint16_t sequence)
{
    const uint16_t ahead = (uint16_t)(sequence - last);
    result is = RESULT_DONE;
    if (heard && (ahead == 0u)) {
        is = RESULT_REPEATED;
    } else if (heard && (ahead > 0x7FFFu)) {
        is = RESULT_OLD;
    } else {
        /* The first one, or a newer one. */
    }
    return is;
}
