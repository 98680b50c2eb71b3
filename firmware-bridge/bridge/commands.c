#include "commands.h"

#include "bytes.h"
#include "fence.h"
#include "pins.h"
#include "sampler.h"
#include "store.h"

#define PIN_ALL 255u
#define SET_TOKEN 10u
#define CONFIGURE_TOKEN 14u

static result do_set(const uint8_t *payload, moment now)
{
    result is = RESULT_STALE;
    if (fence_passes(&payload[SET_TOKEN])) {
        is = pin_set(payload[5], get_u16(&payload[6]), get_u16(&payload[8]), now);
    }
    return is;
}

/** By nobody's right an output may only begin where it is safe. */
static bool begins_safe(const pin_setting *setting)
{
    const bool drives = (setting->use == USE_OUTPUT) || (setting->use == USE_PWM);
    return !drives ||
           ((setting->safe_kind == SAFE_VALUE) && (setting->initial == setting->safe_value));
}

static bool may_begin(const pin_setting *setting, const uint8_t *token)
{
    return token_is_none(token) ? (!fence_stands() || begins_safe(setting)) : fence_passes(token);
}

static result do_configure(const uint8_t *payload, moment now)
{
    const pin_setting setting = {
        .use = payload[6],
        .flags = payload[7],
        .initial = get_u16(&payload[8]),
        .safe_kind = payload[10],
        .safe_value = get_u16(&payload[11]),
        .debounce = payload[13],
    };
    result is = RESULT_STALE;
    if (may_begin(&setting, &payload[CONFIGURE_TOKEN])) {
        is = pin_configure(payload[5], &setting, now);
    }
    if (is == RESULT_DONE) {
        store_changed();
    }
    return is;
}

static result do_sampling(const uint8_t *payload, moment now)
{
    const uint16_t period = get_u16(&payload[5]);
    const bool fits = (period >= SAMPLING_MIN) && (period <= SAMPLING_MAX);
    if (fits) {
        sampler_set_period(period, now);
    }
    return fits ? RESULT_DONE : RESULT_RANGE;
}

static result do_release(const uint8_t *payload)
{
    result is = RESULT_DONE;
    if (payload[5] == PIN_ALL) {
        pins_release_all();
    } else {
        is = pin_release(payload[5]);
    }
    return is;
}

result command_run(const uint8_t *payload, moment now)
{
    result is = RESULT_DONE;
    switch (payload[0]) {
    case TYPE_SET:
        is = do_set(payload, now);
        break;
    case TYPE_CONFIGURE:
        is = do_configure(payload, now);
        break;
    case TYPE_SAMPLING:
        is = do_sampling(payload, now);
        break;
    default:
        is = do_release(payload);
        break;
    }
    return is;
}
