/** What the bridge reads: edges with their times, and samples. */
#include <stdio.h>

#include "bridge-rig.h"
#include "bytes.h"
#include "edges.h"
#include "pins.h"

static void edges_are_counted_and_told(void)
{
    fresh("BRIDGE-9: edges");
    take("2112340002070104000000000000000000000000");
    change(7, true, 100);
    change(7, false, 200);
    ticks(1);
    CHECK(told(0, "12070002" "0100000064" "00000000c8"));
    change(8, true, 300);
    ticks(1);
    CHECK(!told(0, "1208*"));
    /* Active low: the other way round; the count begins anew. */
    take("2112340003070106000000000000000000000000");
    change(7, true, 400);
    ticks(1);
    CHECK(told(0, "12070001" "0000000190"));
}

static void edges_of_two_pins_go_in_frames_of_one(void)
{
    fresh("BRIDGE-9: two pins");
    take("2112340002070104000000000000000000000000");
    take("2112340003080104000000000000000000000000");
    change(7, true, 1);
    change(8, true, 2);
    change(8, false, 3);
    ticks(2);
    CHECK(told(0, "12070001" "0100000001"));
    CHECK(told(0, "12080002" "0100000002" "0000000003"));
}

static void edges_without_room_leave_a_gap(void)
{
    fresh("BRIDGE-9: a gap");
    take("2112340002070104000000000000000000000000");
    line_full = true;
    for (uint16_t count = 1; count <= 40u; count++) {
        change(7, (count & 1u) != 0u, count);
    }
    ticks(20);
    CHECK(!told(0, "1207*"));
    line_full = false;
    ticks(1);
    change(7, true, 41);
    ticks(5);
    /* 31 were kept, then the 41st: between are 9 that were lost. */
    CHECK(told(0, "12070008" "0100000001" "0000000002*"));
    CHECK(told(0, "1207001f" "0100000019*"));
    CHECK(told(0, "12070029" "0100000029"));
}

static void a_bouncing_level_counts_when_it_has_stood(void)
{
    fresh("BRIDGE-9: debounce");
    take("211234000207010c000000000005000000000000");
    ticks(20);
    CHECK(told(0, "11............070000"));
    const moment begin = now;
    for (uint8_t bounce = 0; bounce < 7u; bounce++) {
        change(7, (bounce & 1u) == 0u, now + 500u);
        ticks(2);
    }
    CHECK(!told(0, "1207*"));
    ticks(4);
    uint8_t wanted[9] = {0x12, 7, 0, 1, 1};
    put_u32(&wanted[5], begin + UINT32_C(12500));
    char pattern[19];
    for (uint8_t at = 0; at < 9u; at++) {
        (void)snprintf(&pattern[2u * at], 3, "%02x", wanted[at]);
    }
    CHECK(told(0, pattern));
    /* A glitch that is over before it has stood is none. */
    change(7, false, now);
    ticks(1);
    change(7, true, now);
    ticks(30);
    CHECK(!told(0, "1207*"));
    CHECK(pin_high(7));
}

static void a_change_before_the_watch_is_not_missed(void)
{
    fresh("BRIDGE-9: a change between reading and watching");
    changes_unseen = 7;
    take("211234000207010c000000000005000000000000");
    changes_unseen = 0;
    CHECK(FAKE(7).outside);
    ticks(4);
    CHECK(!told(0, "1207*"));
    ticks(30);
    CHECK(edges_high(7));
    CHECK(told(0, "11............070001"));
}

static void a_pin_that_is_watched_no_more_tells_nothing(void)
{
    fresh("BRIDGE-9: forgotten");
    take("2112340002070104000000000000000000000000");
    line_full = true;
    change(7, true, 1);
    ticks(1);
    line_full = false;
    take("2112340003070200000000000000000000000000");
    ticks(5);
    CHECK(!told(0, "1207*"));
    CHECK(!FAKE(7).watched);
}

static void samples_come_in_frames_of_eight(void)
{
    fresh("BRIDGE-8: samples");
    for (uint8_t pin = PIN_FIRST; pin <= PIN_LAST; pin++) {
        uint8_t payload[20] = {0x21, 0x12, 0x34, 0, pin, pin};
        payload[6] = (pin >= PIN_ANALOG_FIRST) ? USE_ANALOG : USE_INPUT;
        payload[7] = FLAG_SAMPLE;
        bridge_take(payload, 20, now);
    }
    FAKE(3).outside = true;
    take("221234001e0064");
    heard_nothing_yet();
    ticks(30);
    CHECK(told(0, "110000........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                  "090000"));
    CHECK(told(0, "110001........" "0a0000" "0b0000" "0c0000" "0d0000" "0e02bc" "0f02ee" "100320"
                  "110352"));
    CHECK(told(0, "110002........" "120384" "1303b6"));
    ticks(60);
    CHECK(!told(0, "110003........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                   "090000"));
    ticks(20);
    CHECK(told(0, "110003........" "020000" "030001" "040000" "050000" "060000" "070000" "080000"
                  "090000"));
}

static void a_conversion_of_a_pin_that_became_another_is_dropped(void)
{
    fresh("BRIDGE-8: another use meanwhile");
    take("21123400020f0308000000000000000000000000");
    ticks(30);
    CHECK(told(0, "11............0f02ee"));
    const moment began = now;
    while (conversion_left == 0u) {
        tick();
        CHECK((now - began) < 100000u);
    }
    take("21123400030f0108000000000000000000000000");
    heard_nothing_yet();
    ticks(30);
    CHECK(!told(0, "11............0f02ee"));
    ticks(30);
    CHECK(told(0, "11............0f0000"));
}

void bridge_inputs(void)
{
    edges_are_counted_and_told();
    edges_of_two_pins_go_in_frames_of_one();
    edges_without_room_leave_a_gap();
    a_bouncing_level_counts_when_it_has_stood();
    a_change_before_the_watch_is_not_missed();
    a_pin_that_is_watched_no_more_tells_nothing();
    samples_come_in_frames_of_eight();
    a_conversion_of_a_pin_that_became_another_is_dropped();
}
