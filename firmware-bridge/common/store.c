/** See store.h. A slot is: the generation, the body, the CRC-32C of both. */
#include "store.h"

#include <string.h>

#include "bytes.h"
#include "crc.h"

#define SLOT_BYTES 128u
#define SLOTS 2u
#define CRC_BYTES 4u
#define IMAGE_MAX (1u + STORE_BODY_MAX + CRC_BYTES)
#define REST_MS 1000u

static struct {
    /** What the newest slot has, or is being given. */
    uint8_t image[IMAGE_MAX];
    uint8_t slot;
    /** The next byte to write; `bytes` of them: done. */
    uint8_t next;
    uint8_t bytes;
    bool changed;
    bool resting;
    moment rest_until;
} store;

static bool load_slot(uint8_t slot, uint8_t *image, uint8_t bytes)
{
    for (uint8_t at = 0; at < bytes; at++) {
        image[at] = eeprom_get((uint16_t)(slot * SLOT_BYTES + at));
    }
    const uint8_t checked = (uint8_t)(bytes - CRC_BYTES);
    return get_u32(&image[checked]) == crc32c(image, checked);
}

bool store_load(uint8_t *body, uint8_t length)
{
    const uint8_t bytes = (uint8_t)(1u + length + CRC_BYTES);
    uint8_t image[IMAGE_MAX];
    bool found = false;
    memset(&store, 0, sizeof store);
    memset(body, 0, length);
    store.bytes = bytes;
    store.next = bytes;
    for (uint8_t slot = 0; slot < SLOTS; slot++) {
        const bool good = load_slot(slot, image, bytes);
        const bool newer = (int8_t)(uint8_t)(image[0] - store.image[0]) > 0;
        if (good && (!found || newer)) {
            memcpy(store.image, image, bytes);
            memcpy(body, &image[1], length);
            store.slot = slot;
            found = true;
        }
    }
    return found;
}

void store_changed(void)
{
    store.changed = true;
}

static void begin(const uint8_t *body, uint8_t length, moment now)
{
    const uint8_t checked = (uint8_t)(1u + length);
    store.image[0]++;
    memcpy(&store.image[1], body, length);
    put_u32(&store.image[checked], crc32c(store.image, checked));
    store.slot ^= 1u;
    store.next = 0;
    store.resting = true;
    store.rest_until = after_ms(now, REST_MS);
}

static void write_next(void)
{
    const uint16_t address = (uint16_t)(store.slot * SLOT_BYTES + store.next);
    if (eeprom_get(address) != store.image[store.next]) {
        eeprom_put(address, store.image[store.next]);
    }
    store.next++;
}

bool store_poll(moment now)
{
    const bool writing = store.next < store.bytes;
    if (store.resting && is_due(store.rest_until, now)) {
        store.resting = false;
    }
    if (writing && eeprom_ready()) {
        write_next();
    }
    return store.changed && !store.resting && !writing;
}

void store_write(const uint8_t *body, uint8_t length, moment now)
{
    store.changed = false;
    if (memcmp(&store.image[1], body, length) != 0) {
        begin(body, length, now);
    }
}
