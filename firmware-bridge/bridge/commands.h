/**
 * The commands about pins and samples, once it is sure that they may be done. What drives an
 * output comes by a right, and passes the fence first.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdint.h>

#include "hello.h"
#include "moment.h"

#define TYPE_SET 0x20u
#define TYPE_CONFIGURE 0x21u
#define TYPE_SAMPLING 0x22u
#define TYPE_SUPERVISE 0x23u
#define TYPE_BIND 0x24u
#define TYPE_RELEASE 0x25u

#define SET_BYTES 16u
#define CONFIGURE_BYTES 20u
#define SAMPLING_BYTES 7u
#define RELEASE_BYTES 6u

/** Of type set, configure, sampling or release, as long as such a command is. */
result command_run(const uint8_t *payload, moment now);

#endif
