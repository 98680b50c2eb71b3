# One replica of a cluster of guests, NODE_ID. What it is to do stands in /out/order, written by the
# lane: `hang` in the first boot, `stop` in any.
. "$ROOT/scripts/hil/guest/replica.sh"
say_watchdog
(umask 077; cat > /out/holdfast.yaml) <<CONFIG
cluster: guest
key: 00112233445566778899aabbccddeeff
app: $ROOT/scripts/hil/guest/witness.mjs
board: { kind: mock }
nodes:
  - { id: a, address: "10.77.0.1:7101" }
  - { id: b, address: "10.77.0.2:7101" }
  - { id: c, address: "10.77.0.3:7101" }
timing: { $TIMING }
state: { stallAfter: 20s }
watchdog: { device: /dev/watchdog0, timeout: 12s }
stateDir: /state
$FURTHER
CONFIG
export VOTES="/out/votes.$BOOT"
launch "$NODE_ID"
while :; do
  case "$(cat /out/order 2> /dev/null)" in
    stop) stop_replica; exit 0 ;;
    hang) [ "$BOOT" = 1 ] && break ;;
  esac
  kill -0 "$replica" 2> /dev/null || give_up "the replica has ended"
  sleep 1
done
say "hangs"
kill -STOP "$replica"
sleep 120
say "still here"
exit 1
