/** See question-answer.h. Invariant: each sequence is judged once; only a right one changes the
 * question. */
#include "question-answer.h"

#include "crc.h"

#define QUESTION_HEAD 0x51u
#define ANSWER_HEAD 0x41u
#define INDEX_LAST 3u
/** x^8 + x^6 + x^5 + x^4 + 1, as a mask of a Galois register that shifts right. */
#define TAPS 0xB8u

bool question_settings_valid(const question_settings *settings)
{
    const bool time = (settings->opens < settings->timeout) &&
                      (settings->first_timeout >= settings->timeout);
    const bool errors = (settings->error_step > 0u) &&
                        (settings->errors_at_start <= settings->errors_max);
    return time && errors && (settings->seed != 0u);
}

static void begin(question_watchdog *dog, moment now)
{
    dog->first = false;
    dog->sequence++;
    dog->index = 0;
    dog->opens_at = after_ms(now, dog->settings.opens);
    dog->ends_at = after_ms(now, dog->settings.timeout);
}

void question_arm(question_watchdog *dog, const question_settings *settings, moment now)
{
    dog->settings = *settings;
    dog->opens_at = now;
    dog->ends_at = after_ms(now, settings->first_timeout);
    dog->errors = settings->errors_at_start;
    dog->question = settings->seed;
    dog->sequence = 0;
    dog->index = 0;
    dog->first = true;
    dog->bitten = false;
}

static uint8_t next_question(uint8_t question)
{
    const uint8_t shifted = question >> 1;
    return ((question & 1u) == 0u) ? shifted : (uint8_t)(shifted ^ TAPS);
}

/** True if a new sequence begins: always, but where it bites. */
static bool judge(question_watchdog *dog, bool right, moment now)
{
    if (right) {
        if (dog->errors > 0u) {
            dog->errors--;
        }
        dog->question = next_question(dog->question);
    } else {
        const uint16_t errors = (uint16_t)dog->errors + dog->settings.error_step;
        dog->bitten = errors > dog->settings.errors_max;
        dog->errors = (uint8_t)((errors > UINT8_MAX) ? UINT8_MAX : errors);
    }
    if (!dog->bitten) {
        begin(dog, now);
    }
    return !dog->bitten;
}

static bool is_right(const question_watchdog *dog, uint8_t index, uint8_t answer, moment now)
{
    const bool last = index == INDEX_LAST;
    const bool open = is_due(dog->opens_at, now);
    const bool in_window = dog->first || (last == open);
    const uint8_t of[2] = {dog->question, index};
    return (index == dog->index) && in_window && (answer == crc8(of, 2));
}

bool question_poll(question_watchdog *dog, moment now)
{
    return !dog->bitten && is_due(dog->ends_at, now) && judge(dog, false, now);
}

bool question_answered(question_watchdog *dog, const uint8_t *answer, uint8_t length, moment now)
{
    const bool is_answer =
        (length == ANSWER_BYTES) && (answer[0] == ANSWER_HEAD) && (answer[2] <= INDEX_LAST);
    if (dog->bitten || !is_answer || (answer[1] != dog->sequence)) {
        return false;
    }
    if (!is_right(dog, answer[2], answer[3], now)) {
        return judge(dog, false, now);
    }
    dog->index++;
    return (dog->index > INDEX_LAST) && judge(dog, true, now);
}

void question_payload(const question_watchdog *dog, uint8_t *payload)
{
    payload[0] = QUESTION_HEAD;
    payload[1] = dog->sequence;
    payload[2] = dog->question;
    payload[3] = dog->errors;
}
