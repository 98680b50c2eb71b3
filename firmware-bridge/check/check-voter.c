/** The tests of the voter: the vectors, and then the files beside this one. */
#include "voter-rig.h"

#include "../vectors/voter-sequences.h"

int main(void)
{
    run_sequences(&voter_device, voter_sequences, COUNT(voter_sequences));
    voter_rule();
    voter_outputs();
    voter_fence();
    voter_declarations();
    voter_replicas();
    voter_wrap();
    voter_model();
    voter_chance();
    return check_ended("voter");
}
