#include "proposal.h"

#include <string.h>

typedef struct {
    /** 0: none yet. */
    uint16_t cluster;
    uint8_t bytes[DECLARATION_BYTES];
} proposal;

static proposal proposals[PLACES][OUTPUTS];

void proposals_begin(void)
{
    memset(proposals, 0, sizeof proposals);
}

void proposals_forget_of(uint8_t at)
{
    memset(proposals[at], 0, sizeof proposals[at]);
}

void proposals_keep(uint16_t cluster)
{
    for (uint8_t at = 0; at < PLACES; at++) {
        for (uint8_t number = 0; number < OUTPUTS; number++) {
            proposal *const one = &proposals[at][number];
            if (one->cluster != cluster) {
                one->cluster = 0;
            }
        }
    }
}

static bool same(const proposal *a, const proposal *b)
{
    return (a->cluster == b->cluster) && (memcmp(a->bytes, b->bytes, DECLARATION_BYTES) == 0);
}

bool proposal_made(uint8_t at, uint8_t number, uint16_t cluster, const uint8_t *bytes)
{
    proposal *const one = &proposals[at][number];
    bool seconded = false;
    one->cluster = cluster;
    memcpy(one->bytes, bytes, DECLARATION_BYTES);
    for (uint8_t other = 0; other < PLACES; other++) {
        seconded = seconded || ((other != at) && same(one, &proposals[other][number]));
    }
    return seconded;
}
