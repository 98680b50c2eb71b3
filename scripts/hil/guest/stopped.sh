# A stop in good order, after which the chip is disarmed, or kept.
. "$ROOT/scripts/hil/guest/replica.sh"
say_watchdog
[ "$BOOT" -ge 2 ] && exit 0
start_replica
sleep 5
stop_replica
sleep 24
say "still here, state $(cat $watchdog/state)"
