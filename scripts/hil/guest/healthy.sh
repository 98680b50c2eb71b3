# A replica that is well, for two minutes: ten times the patience of the chip.
. "$ROOT/scripts/hil/guest/replica.sh"
say_watchdog
start_replica
sleep 120
say "well for 120 s, state $(cat $watchdog/state)"
stop_replica
# What is disarmed must stay so.
sleep 24
say "still here, state $(cat $watchdog/state)"
