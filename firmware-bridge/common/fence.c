#include "fence.h"

#include <string.h>

#include "crc.h"

#ifdef __AVR__
#define KEPT __attribute__((section(".noinit")))
#else
#define KEPT
#endif

static uint8_t newest[TOKEN_BYTES] KEPT;
static uint32_t newest_check KEPT;

static void seal(void)
{
    newest_check = crc32c(newest, TOKEN_BYTES);
}

void fence_forget(void)
{
    memset(newest, 0, sizeof newest);
    seal();
}

void fence_begin(bool power_was_off)
{
    if (power_was_off || (newest_check != crc32c(newest, TOKEN_BYTES))) {
        fence_forget();
    }
}

bool token_is_none(const uint8_t *token)
{
    uint8_t bits = 0;
    for (uint8_t at = 0; at < TOKEN_BYTES; at++) {
        bits |= token[at];
    }
    return bits == 0u;
}

bool fence_stands(void)
{
    return !token_is_none(newest);
}

bool fence_passes(const uint8_t *token)
{
    const int order = memcmp(token, newest, TOKEN_BYTES);
    if (order > 0) {
        /* A reset in between leaves no half of it: the check says so, and then none is known. */
        memcpy(newest, token, TOKEN_BYTES);
        seal();
    }
    return order >= 0;
}
