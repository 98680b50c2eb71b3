/** What the bridge drives: safe states over a reset, initial values and the hold of a command. */
#include "bridge-rig.h"
#include "pins.h"

static void safe_states_outlive_a_reset(void)
{
    fresh("BRIDGE-7: safe states");
    /* D13 on, D9 at half by PWM, D12 active low and off, D11 let go with its pull-up, D10 held. */
    take("21123400020d0200000001ffff00000000000000");
    take("2112340003090400000001800000000000000000");
    take("21123400040c0202000001000000000000000000");
    take("21123400050b0201ffff00ffff00000000000000");
    take("21123400060a0200ffff02ffff00000000000000");
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK((FAKE(12).mode == DRIVEN) && FAKE(12).high);
    ticks(3000);
    start(8, 2);
    CHECK((FAKE(13).mode == DRIVEN) && FAKE(13).high);
    CHECK((FAKE(9).mode == MODULATED) && (FAKE(9).duty == 0x8000u));
    CHECK((FAKE(12).mode == DRIVEN) && FAKE(12).high);
    CHECK((FAKE(11).mode == LET_GO) && FAKE(11).pull_up);
    CHECK(FAKE(10).mode == LET_GO);
    CHECK(!pins_configured());
    CHECK(pin_set(13, 0, 100, now) == RESULT_PIN);
    const uint32_t writes = eeprom_writes;
    ticks(3000);
    CHECK(eeprom_writes == writes);
    /* Configured with another safe state, it keeps the others. */
    take("21123400070d0200000001000000000000000000");
    ticks(3000);
    start(8, 3);
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK((FAKE(9).mode == MODULATED) && (FAKE(9).duty == 0x8000u));
}

/** The host dies after `configure`: nothing says `set`, and nobody supervises. */
static void an_initial_value_ends_by_itself(void)
{
    fresh("BRIDGE-13: initial");
    /* D13 safe at 0, D12 let go, D11 by PWM and active low, D10 held. */
    take("21123400020d0200ffff01000000000000000000");
    take("21123400030c0200ffff00000000000000000000");
    take("21123400040b0402ffff01000000000000000000");
    take("21123400050a0200ffff02000000000000000000");
    ticks(999);
    CHECK(is_high(13) && is_high(12) && is_high(10));
    CHECK((FAKE(11).mode == MODULATED) && (FAKE(11).duty == 0u));
    tick();
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high);
    CHECK(FAKE(12).mode == LET_GO);
    CHECK((FAKE(11).mode == MODULATED) && (FAKE(11).duty == UINT16_MAX));
    CHECK(is_high(10));
    ticks(3000);
    CHECK((FAKE(13).mode == DRIVEN) && !FAKE(13).high && is_high(10));
}

static void a_command_takes_the_place_of_an_initial_value(void)
{
    fresh("BRIDGE-13: a command instead");
    take("21123400020d0200ffff01000000000000000000");
    take("21123400030c0200ffff01000000000000000000");
    ticks(500);
    /* For 2 s, and for 100 ms. */
    take("20123400040dffff07d0000000000000");
    take("20123400050cffff0064000000000000");
    ticks(99);
    CHECK(is_high(13) && is_high(12));
    tick();
    CHECK(is_high(13) && !is_high(12));
    ticks(1899);
    CHECK(is_high(13));
    tick();
    CHECK(!is_high(13));
}

void bridge_outputs(void)
{
    safe_states_outlive_a_reset();
    an_initial_value_ends_by_itself();
    a_command_takes_the_place_of_an_initial_value();
}
