/**
 * The fence: the newest right to drive that was seen, and whether a command comes by an older one.
 * A token is 48 bits, big endian; the greater is the newer, and it does not wrap. All zeros are no
 * right at all, which is older than every right. A reset leaves the newest alone, as it does the
 * count of boots; power-on forgets it, and so does whatever spoilt it.
 */
#ifndef FENCE_H
#define FENCE_H

#include <stdbool.h>
#include <stdint.h>

#define TOKEN_BYTES 6u

/** At a start: what was kept is taken if it is whole, and the power stayed. */
void fence_begin(bool power_was_off);

/** For another cluster, whose rights have nothing to do with these. */
void fence_forget(void);

/** Once a right was seen. */
bool fence_stands(void);

/** Is it as new as the newest? A newer one is remembered, whatever becomes of its command. */
bool fence_passes(const uint8_t *token);

/** All zeros. */
bool token_is_none(const uint8_t *token);

#endif
