/** What each file beside check-line.c checks, and where in device time. */
#ifndef LINE_PARTS_H
#define LINE_PARTS_H

#include "moment.h"

/** The start, 150 ms before half of the wrap, the same before the wrap, and just before it. */
#define BEGINS                                                                                     \
    {                                                                                              \
        0, UINT32_C(0x7FFFFFFF) - UINT32_C(150000), UINT32_C(0xFFFFFFFF) - UINT32_C(150000),       \
            UINT32_C(0xFFFFFFFF)                                                                   \
    }

void line_questions(void);
void line_store(void);
void line_fence(void);

#endif
