# Read in by scenarios with a replica. DEVICES and ON_STOP are its config's; its output and its log
# are /out/said.<boot> and /out/log.<boot>.
. "$ROOT/scripts/hil/guest/begin.sh"

# start_replica [cycles]: one that hangs after so many. Its process is $replica.
start_replica() {
  (umask 077; cat > /out/holdfast.yaml) <<CONFIG
cluster: guest
key: 00112233445566778899aabbccddeeff
app: $ROOT/scripts/hil/guest/app.mjs
board: { kind: mock }
nodes: [{ id: a, address: "127.0.0.1:7101" }]
timing: { cycle: 500ms, heartbeat: 250ms, watchdog: 8s }
watchdog: { device: "$DEVICES", timeout: 12s, onStop: $ON_STOP }
stateDir: /state
CONFIG
  if [ -n "$1" ]; then export HANG_AFTER=$1; else unset HANG_AFTER; fi
  launch a
}

# launch <node>: of the config that was written.
launch() {
  "$NODE" "$ROOT/dist/src/cli/main.js" run --config /out/holdfast.yaml --node "$1" \
    > "/out/said.$BOOT" 2> "/out/log.$BOOT" &
  replica=$!
  await 700 said "$1 of guest is up" && say "up, state $(cat $watchdog/state)"
}

now() { cut -d. -f1 /proc/uptime; }

# await <seconds> <said or log> <words>: gives up, and ends the scenario, when they do not come.
await() {
  until=$(($(now) + $1))
  while ! grep -q "$3" "/out/$2.$BOOT" 2> /dev/null; do
    kill -0 "$replica" 2> /dev/null || give_up "the replica has ended, without \"$3\""
    [ "$(now)" -lt "$until" ] || give_up "no \"$3\" in $2.$BOOT after $1 s"
    sleep 0.5
  done
}

# await_end <seconds>: of the replica's process.
await_end() {
  until=$(($(now) + $1))
  while kill -0 "$replica" 2> /dev/null; do
    [ "$(now)" -lt "$until" ] || give_up "the replica still runs after $1 s"
    sleep 0.5
  done
}

give_up() {
  say "$*"
  exit 1
}

stop_replica() {
  kill -TERM "$replica"
  wait "$replica"
  say "stopped with $?, state $(cat $watchdog/state)"
}
