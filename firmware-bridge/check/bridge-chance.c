/** Commands and bytes by chance: the bridge goes on, and drives what was configured alone. */
#include "bridge-rig.h"
#include "bytes.h"
#include "frame.h"
#include "pins.h"

#define FUZZ_FRAMES UINT32_C(300000)
#define FUZZ_BYTES UINT32_C(2000000)

/** Whatever is said by chance: outputs are driven by what was configured alone, and it goes on. */
static void commands_by_chance(void)
{
    fresh("BRIDGE-12: commands by chance");
    uint16_t sequence = 1;
    for (uint32_t count = 0; count < FUZZ_FRAMES; count++) {
        uint8_t payload[FRAME_PAYLOAD_MAX];
        const uint8_t length = (uint8_t)(1u + dice_below(20));
        for (uint8_t at = 0; at < 20u; at++) {
            payload[at] = (uint8_t)((dice_below(3) == 0u) ? dice() : dice_below(24));
        }
        if (dice_below(4) > 0u) {
            payload[0] = (uint8_t)(0x20u + dice_below(6));
            payload[1] = 0x12;
            payload[2] = 0x34;
            put_u16(&payload[3], ++sequence);
        }
        if ((payload[0] != 0x24u) && (payload[0] != 0x02u)) {
            static const uint8_t lengths[6] = {16, 20, 7, 15, 7, 6};
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
    take("0202");
    CHECK(told(0, "01020102000100011234" "12........"));
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
    take("0202");
    CHECK(told(0, "0102010200010001" "1234" "12........"));
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        CHECK(FAKE(pin).mode == LET_GO);
    }
}

void bridge_chance(void)
{
    commands_by_chance();
    bytes_by_chance();
}
