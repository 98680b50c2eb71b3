/** Bytes and payloads by chance: the voter goes on, and drives nothing by them. */
#include "bytes.h"
#include "voter-rig.h"

#define FUZZ_BYTES 1500000u

static void bytes_by_chance(void)
{
    fresh("VOTER-13: bytes by chance");
    for (uint32_t count = 0; count < FUZZ_BYTES; count++) {
        byte((uint8_t)dice_below(PLACES), (uint8_t)((dice_below(16) == 0u) ? 0u : dice()));
        if ((count % 256u) == 0u) {
            tick();
            heard_nothing_yet();
        }
    }
    for (uint8_t number = 0; number < OUTPUTS; number++) {
        CHECK(fake[number].mode == LET_GO);
    }
    const uint8_t ask[2] = {2, 2};
    voter_take(1, ask, 2, now);
    CHECK(told(1, "0102020200010001000004........"));
}

/** Payloads that are nearly right, of every kind. */
static void payloads_by_chance(void)
{
    fresh("VOTER-13: payloads by chance");
    for (uint32_t count = 0; count < 300000u; count++) {
        uint8_t payload[FRAME_PAYLOAD_MAX];
        uint8_t length = (uint8_t)(1u + dice_below(20));
        for (uint8_t at = 0; at < 20u; at++) {
            payload[at] = (uint8_t)((dice_below(3) == 0u) ? dice() : dice_below(5));
        }
        if (dice_below(4) > 0u) {
            payload[0] = (dice_below(3) == 0u) ? 0x34u : (uint8_t)(0x30u + dice_below(2));
            length = (payload[0] == 0x30u) ? 10u : 16u;
            put_u16(&payload[1], CLUSTER);
        }
        voter_take((uint8_t)dice_below(PLACES), payload, length, now);
        ticks((uint16_t)dice_below(3));
        heard_nothing_yet();
        for (uint8_t number = 0; number < OUTPUTS; number++) {
            CHECK(state_told(number) <= OUTPUT_VOTELESS);
        }
    }
}

void voter_chance(void)
{
    bytes_by_chance();
    payloads_by_chance();
}
