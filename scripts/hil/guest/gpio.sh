# The checks of GPIO by one way to the lines, GPIO: what is checked stands in test/hil/gpio.
. "$ROOT/scripts/hil/guest/begin.sh"
mount -t debugfs debug /sys/kernel/debug
say "begins"
"$NODE" "$ROOT/dist/test/hil/gpio/main.js" "$GPIO" > "/out/said.$BOOT" 2>&1
code=$?
say "ended with $code"
exit $code
