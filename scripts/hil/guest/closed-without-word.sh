# A watchdog that is armed and then forgotten resets the machine: the lane's own test.
. "$ROOT/scripts/hil/guest/begin.sh"
say_watchdog
[ "$BOOT" -ge 2 ] && exit 0
echo > /dev/watchdog0
say "closed, state $(cat $watchdog/state)"
sleep 60
say "still here"
exit 1
