/** What the board tells without being asked each time: levels when they change, samples in turn. */
#ifndef FIRMATA_REPORTS_H
#define FIRMATA_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#define PORTS 3u

/** A port is told at once, and then whenever it changes. */
void report_port(uint8_t port, bool on);

/** A channel is sampled at once, and then in every round. */
void report_channel(uint8_t channel, bool on);

/** Between two rounds, in milliseconds; less than 5 counts as 5. */
void reports_set_interval(uint16_t milliseconds);

/** Tells what is to be told and for which the line has room. */
void reports_poll(void);

/** Nothing is reported, and the interval is 19 ms. */
void reports_reset(void);

#endif
