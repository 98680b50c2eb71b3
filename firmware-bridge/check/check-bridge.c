/** The tests of the bridge: the vectors and its beats, and then the files beside this one. */
#include "bridge-rig.h"

#include "../vectors/bridge-sequences.h"

static void beats_do_not_drift(void)
{
    fresh("BRIDGE-1: beats");
    heard_nothing_yet();
    for (uint16_t count = 0; count < 200u; count++) {
        ticks(50);
        CHECK(now == (count + 1u) * UINT32_C(50000));
        CHECK(beat_told(count));
    }
}

int main(void)
{
    run_sequences(&bridge_device, bridge_sequences, COUNT(bridge_sequences));
    beats_do_not_drift();
    bridge_inputs();
    bridge_outputs();
    bridge_fence();
    bridge_supervision();
    bridge_wrap();
    bridge_chance();
    return check_ended("bridge");
}
