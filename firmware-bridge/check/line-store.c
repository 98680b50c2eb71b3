/** The store: settings in EEPROM, over changes, a loss of power and the end of generations. */
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "line-parts.h"
#include "store.h"

#define BODY 20u

/** Ticks until `stop` bytes were written, or for so long; returns how long. */
static uint16_t let_it_write(uint8_t *body, moment *now, uint32_t stop, uint16_t limit)
{
    uint16_t time = 0;
    while ((time < limit) && (eeprom_writes < stop)) {
        eeprom_tick();
        *now += UINT32_C(1000);
        if (store_poll(*now)) {
            store_write(body, BODY, *now);
        }
        time++;
    }
    return time;
}

static void a_change_is_kept_and_nothing_else_written(moment now)
{
    check_named("BRIDGE-7: the store");
    uint8_t body[BODY];
    uint8_t loaded[BODY];
    eeprom_erase();
    CHECK(!store_load(body, BODY));
    body[3] = 7;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 500);
    const uint32_t first = eeprom_writes;
    CHECK(first >= BODY);
    CHECK(store_load(loaded, BODY));
    CHECK(memcmp(body, loaded, BODY) == 0);
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 3000);
    CHECK(eeprom_writes == first);
    body[3] = 8;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 500);
    const uint32_t second = eeprom_writes;
    CHECK(second > first);
    body[3] = 9;
    store_changed();
    (void)let_it_write(body, &now, UINT32_MAX, 400);
    CHECK(eeprom_writes == second);
    (void)let_it_write(body, &now, UINT32_MAX, 1000);
    CHECK(eeprom_writes > second);
    /* The slot had 7: the generation, the byte and the checksum differ. */
    CHECK(eeprom_writes <= second + 6u);
    CHECK(store_load(loaded, BODY));
    CHECK(loaded[3] == 9u);
}

/** Power fails after each byte that is written: the settings are the old or the new ones. */
static void power_may_fail_at_any_byte(void)
{
    check_named("BRIDGE-7: power fails");
    for (uint32_t cut = 1; cut < 26u; cut++) {
        uint8_t body[BODY];
        uint8_t loaded[BODY];
        moment now = 0;
        eeprom_erase();
        (void)store_load(body, BODY);
        memset(body, 0x11, BODY);
        store_changed();
        (void)let_it_write(body, &now, UINT32_MAX, 2000);
        memset(body, 0x22, BODY);
        store_changed();
        eeprom_writes = 0;
        (void)let_it_write(body, &now, cut, 2000);
        for (uint8_t wait = 0; wait < 10u; wait++) {
            eeprom_tick();
        }
        CHECK(store_load(loaded, BODY));
        CHECK((loaded[0] == 0x11u) || (loaded[0] == 0x22u));
        for (uint8_t at = 1; at < BODY; at++) {
            CHECK(loaded[at] == loaded[0]);
        }
        CHECK((loaded[0] == 0x22u) == (cut == 25u));
    }
}

static void generations_wrap(void)
{
    check_named("BRIDGE-7: generations");
    uint8_t body[BODY];
    uint8_t loaded[BODY];
    moment now = 0;
    eeprom_erase();
    (void)store_load(body, BODY);
    for (uint16_t change = 1; change < 600u; change++) {
        put_u16(body, change);
        store_changed();
        (void)let_it_write(body, &now, UINT32_MAX, 1200);
        if ((change % 3u) == 0u) {
            CHECK(store_load(loaded, BODY));
            CHECK(get_u16(loaded) == change);
        }
    }
}

void line_store(void)
{
    const moment begins[] = BEGINS;
    for (uint8_t at = 0; at < COUNT(begins); at++) {
        a_change_is_kept_and_nothing_else_written(begins[at]);
    }
    power_may_fail_at_any_byte();
    generations_wrap();
}
