/**
 * Declarations are voted as well: what an output is and what its safe state is, and for which
 * cluster. One replica proposes; when two of three propose the same, it is so.
 */
#ifndef PROPOSAL_H
#define PROPOSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "ballot.h"
#include "output.h"
#include "place.h"

void proposals_begin(void);

/** Whoever sits there may have been started anew: it declares again. */
void proposals_forget_of(uint8_t at);

/** What was proposed for any other cluster is forgotten. */
void proposals_keep(uint16_t cluster);

/**
 * A place proposes a valid declaration, as bytes. True if another place has proposed the same for
 * the same cluster.
 */
bool proposal_made(uint8_t at, uint8_t number, uint16_t cluster, const uint8_t *bytes);

#endif
