/** Rights at the bridge: what an older one cannot do, over a reset, and to whom it is told. */
#include "bridge-rig.h"

#define BY_4 "000000000004"
#define BY_5 "000000000005"
#define BY_NONE "000000000000"

static void an_older_right_changes_nothing(void)
{
    fresh("BRIDGE-14: older");
    take("21123400020d0200000001000000" BY_NONE);
    take("20123400030dffff0064" BY_5);
    CHECK(told(0, "130003000d") && is_high(13));
    take("20123400040d0000ffff" BY_4);
    CHECK(told(0, "130004080d") && is_high(13));
    take("20123400040d00000064" BY_NONE);
    CHECK(told(0, "130004080d") && is_high(13));
    /* It begins no output anew, which would end what is driven. */
    take("21123400040d0200000001000000" BY_4);
    CHECK(told(0, "130004080d") && is_high(13));
    ticks(100);
    CHECK(!is_high(13));
    take("20123400040dffff0064" BY_4);
    CHECK(told(0, "130004080d") && !is_high(13));
    take("20123400040dffff0064" BY_5);
    CHECK(told(0, "130004000d") && is_high(13));
    /* Letting go needs no right. */
    take("25123400050d");
    CHECK(told(0, "130005000d") && !is_high(13));
}

static void a_reset_leaves_the_right(void)
{
    fresh("BRIDGE-14: kept");
    take("21123400020d0200000001000000" BY_NONE);
    take("20123400030dffff0064" BY_5);
    ticks(3000);
    start(8, 2);
    CHECK(!is_high(13));
    take("21123400040d0200000001000000" BY_NONE);
    take("20123400050dffff0064" BY_4);
    CHECK(told(0, "130005080d") && !is_high(13));
    take("20123400050dffff0064" BY_5);
    CHECK(told(0, "130005000d") && is_high(13));
    start(1, 1);
    take("21123400060d0200000001000000" BY_NONE);
    take("20123400070dffff0064" BY_4);
    CHECK(told(0, "130007000d") && is_high(13));
}

/** What cannot be done for another reason teaches it nothing, or that there is a newer right. */
static void what_it_learns(void)
{
    fresh("BRIDGE-14: learns");
    take("21123400020d0200000001000000" BY_NONE);
    take("20432100030dffff0064" BY_5);
    CHECK(told(0, "130003010d"));
    take("20123400030dffff0064" BY_4);
    CHECK(told(0, "130003000d"));
    /* Repeated: it was done, and is not looked at again. */
    take("20123400030dffff0064" BY_5);
    CHECK(told(0, "130003040d"));
    take("20123400040dffff0064" BY_4);
    CHECK(told(0, "130004000d"));
    take("20123400050dffff0000" BY_5);
    CHECK(told(0, "130005030d"));
    take("20123400050dffff0064" BY_4);
    CHECK(told(0, "130005080d"));
}

void bridge_fence(void)
{
    an_older_right_changes_nothing();
    a_reset_leaves_the_right();
    what_it_learns();
}
