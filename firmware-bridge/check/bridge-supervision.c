/** Questions to the host, and what the bridge does without right answers. */
#include "bridge-rig.h"
#include "crc.h"

static void a_failed_supervision_asks_no_more(void)
{
    fresh("BRIDGE-10: no question after the bite");
    take("2312340002002800640064070107" "01");
    line_full = true;
    ticks(300);
    line_full = false;
    heard_nothing_yet();
    ticks(300);
    CHECK(!told(0, "51*"));
}

/** The main loop may come late: what was due then is judged before the answer is. */
static void an_answer_after_its_time_is_none(void)
{
    fresh("BRIDGE-10: an answer after its time");
    take("2312340002002800640064030207" "01");
    ticks(1);
    CHECK(told(0, "51000103"));
    now += 100u * MILLISECOND;
    for (uint8_t index = 0; index < 4u; index++) {
        uint8_t payload[4] = {0x41, 0, index, 0};
        const uint8_t of[2] = {1, index};
        payload[3] = crc8(of, 2);
        bridge_take(payload, 4, now);
    }
    ticks(1);
    CHECK(told(0, "51010105"));
}

static void a_command_after_the_bite_is_refused(void)
{
    fresh("BRIDGE-10: a command after the bite");
    take("21123400020d0200000001000000000000000000");
    take("2312340003002800640064070107" "01");
    ticks(1);
    now += 100u * MILLISECOND;
    take("20123400040dffffea60000000000000");
    CHECK(told(0, "130004060d"));
    CHECK(!FAKE(13).high);
}

void bridge_supervision(void)
{
    a_failed_supervision_asks_no_more();
    an_answer_after_its_time_is_none();
    a_command_after_the_bite_is_refused();
}
