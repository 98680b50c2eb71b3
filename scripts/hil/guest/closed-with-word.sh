# The twin: the magic word disarms the watchdog, and the machine runs on for twice its timeout.
. "$ROOT/scripts/hil/guest/begin.sh"
say_watchdog
printf V > /dev/watchdog0
sleep 8
say "still here, state $(cat $watchdog/state)"
