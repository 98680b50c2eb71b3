/** The fence: the order of tokens, and what is kept over a reset. */
#include <string.h>

#include "check.h"
#include "fence.h"
#include "line-parts.h"

static void token_of(uint64_t number, uint8_t *bytes)
{
    for (uint8_t at = 0; at < TOKEN_BYTES; at++) {
        bytes[at] = (uint8_t)(number >> (8u * (TOKEN_BYTES - 1u - at)));
    }
}

static bool passes(uint64_t number)
{
    uint8_t bytes[TOKEN_BYTES];
    token_of(number, bytes);
    return fence_passes(bytes);
}

static void the_greater_is_the_newer(void)
{
    check_named("FENCE-1: order");
    fence_begin(true);
    CHECK(!fence_stands() && passes(0) && !fence_stands());
    CHECK(passes(1) && fence_stands() && passes(1) && !passes(0));
    CHECK(passes(255) && passes(256) && !passes(255));
    CHECK(passes(UINT64_C(0xFFFFFFFF)) && passes(UINT64_C(0x100000000)));
    CHECK(!passes(UINT64_C(0xFFFFFFFF)));
    /* There is nothing beyond the greatest: it does not wrap. */
    CHECK(passes(UINT64_C(0xFFFFFFFFFFFF)) && passes(UINT64_C(0xFFFFFFFFFFFF)));
    CHECK(!passes(0) && !passes(1) && !passes(UINT64_C(0xFFFFFFFFFFFE)));
    fence_forget();
    CHECK(!fence_stands() && passes(0) && passes(1));
}

static void as_numbers_are(void)
{
    check_named("FENCE-1: any tokens");
    for (uint32_t round = 0; round < 2000u; round++) {
        const uint32_t spread = 1u + dice_below(3);
        uint64_t newest = 0;
        fence_begin(true);
        for (uint8_t step = 0; step < 20u; step++) {
            const uint64_t high = (spread == 1u) ? 0u : dice_below((spread == 2u) ? 2u : 65536u);
            const uint64_t token = (high << 32) | ((spread == 1u) ? dice_below(6) : dice());
            CHECK(passes(token) == (token >= newest));
            newest = (token > newest) ? token : newest;
            CHECK(fence_stands() == (newest > 0u));
        }
    }
}

static void a_reset_leaves_it_and_power_on_does_not(void)
{
    check_named("FENCE-2: kept");
    fence_begin(true);
    CHECK(passes(700));
    fence_begin(false);
    CHECK(fence_stands() && !passes(699) && passes(700));
    fence_begin(true);
    CHECK(!fence_stands() && passes(1));
}

void line_fence(void)
{
    the_greater_is_the_newer();
    as_numbers_are();
    a_reset_leaves_it_and_power_on_does_not();
}
