#!/bin/sh
# Tries the service of a package of Earshot under a systemd of its own: start, capture, reload, faults, upgrade, purge.
#
#   Packaging/test-service.sh PACKAGE CAPTURES
#
# The system is the Debian 12 that test-package.sh left packed in .build/deb, begun in namespaces: no process, interface or
# cgroup of this machine is touched. Wants to be root. Exit codes: 1 something is not as it has to be, 64 usage, 66 no
# system, 69 no systemd or no mirror, 77 not root.
set -eu

cd "$(dirname "$0")/.."
if [ $# -ne 2 ]; then
    echo 'usage: test-service.sh PACKAGE CAPTURES' >&2
    exit 64
fi
if [ "$(id -u)" -ne 0 ]; then
    echo 'test-service.sh: only root can begin a system of its own' >&2
    exit 77
fi
package=$1
captures=$2
packed=.build/deb/bookworm.tar
if ! [ -s "$packed" ]; then
    echo 'test-service.sh: there is no system; run test-package.sh first' >&2
    exit 66
fi
root=$(mktemp -d "${TMPDIR:-/tmp}/earshot-system.XXXXXX")
holder=
first=
# All that runs there ends with its first process.
end() {
    if [ -n "$first" ]; then kill -KILL "$first" 2>/dev/null || true; fi
    if [ -n "$holder" ]; then wait "$holder" || true; fi
    rm -rf --one-file-system "$root"
}
trap end EXIT

fail() {
    echo "test-service.sh: $*" >&2
    if [ -n "$first" ]; then inside journalctl --no-pager -n 30 -u 'earshot*' >&2 || true; fi
    exit 1
}
step() { printf '%s\n' "-- $*"; }
inside() { nsenter -t "$first" -m -u -i -n -p -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@" </dev/null; }
# until SECONDS COMMAND: what does not come in that time is a fault
until_true() {
    end=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.2
    done
}
property() { inside systemctl show --property "$1" --value earshot@eth1; }
state_is() { [ "$(inside systemctl is-active earshot@eth1)" = "$1" ]; }
logged() { inside journalctl --no-pager --quiet -u earshot@eth1 | grep -qF -- "$1"; }
other_process() { [ "$(property MainPID)" != 0 ] && [ "$(property MainPID)" != "$1" ] && state_is active; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

step 'a system'
tar -C "$root" -xpf "$packed"
chmod 755 "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$package" "$root/new.deb"
cp "$captures/mqtt/sys-subscription.pcap" "$root/root/sample.pcap"
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get -qq update && apt-get -qq -y --no-install-recommends install /new.deb' >"$root/log" 2>&1 || {
    tail -n 5 "$root/log" >&2
    exit 69
}
# A test does not wait as long as a plant may.
mkdir -p "$root/etc/systemd/system/earshot@.service.d"
printf '[Service]\nRestartSec=100ms\nWatchdogSec=4s\n' >"$root/etc/systemd/system/earshot@.service.d/test.conf"
export root
unshare --kill-child --mount --propagation private --pid --net --uts --ipc --cgroup --fork sh -eu -c '
    mount --bind "$root" "$root"
    cd "$root"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs tmpfs run
    mount -t tmpfs tmpfs dev
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"; done
    mknod -m 666 dev/tty c 5 0
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    ip link add eth1 type veth peer name mirror
    ip link set eth1 up
    ip link set mirror up
    mkdir -p before
    pivot_root . before
    cd /
    umount -l before
    exec env -i container=earshot-test /lib/systemd/systemd --unit=multi-user.target --show-status=no' >/dev/null 2>&1 &
holder=$!
until_true 10 pgrep -P "$holder" || fail 'the system did not begin'
first=$(pgrep -P "$holder")
until_true 60 inside systemctl --quiet is-active multi-user.target || exit 69

step 'start'
begin=$(milliseconds)
inside systemctl enable --now earshot@eth1 >/dev/null 2>&1 || fail 'it does not start'
echo "   took $(($(milliseconds) - begin)) ms"
state_is active || fail 'it is not active'
main=$(property MainPID)
rights=$(inside sed -n 's/^\(CapEff\|CapBnd\|NoNewPrivs\|Seccomp\):[[:space:]]*/\1=/p' "/proc/$main/status" | tr '\n' ' ')
echo "   $rights"
# CAP_NET_RAW is 13: nothing else may be there.
echo "$rights" | grep -Eq 'CapEff=000000000000[02]000 CapBnd=000000000000[02]000 NoNewPrivs=1 Seccomp=2' || fail 'too many rights'

step 'capture'
cat >"$root/root/send.py" <<'PYTHON'
import socket, struct, sys
capture = open(sys.argv[1], "rb").read()
mirror = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
mirror.bind(("mirror", 0))
offset = 24
while offset < len(capture):
    length, = struct.unpack_from("<I", capture, offset + 8)
    mirror.send(capture[offset + 16:offset + 16 + length])
    offset += 16 + length
PYTHON
nsenter -t "$first" -n python3 "$root/root/send.py" "$root/root/sample.pcap"
told() { inside earshot tail | grep -qF 'MQTT Subscription to Broker Statistics'; }
until_true 10 told || fail 'no alert'

step 'reload'
inside systemctl reload earshot@eth1 || fail 'it cannot be reloaded'
until_true 10 logged ' again' || fail 'the rules were not loaded again'
echo 'title: half a filter' >"$root/etc/earshot/filters/broken.yml"
if inside systemctl reload earshot@eth1 2>/dev/null; then fail 'a reload with a broken filter is no failure'; fi
rm "$root/etc/earshot/filters/broken.yml"
[ "$(property MainPID)" = "$main" ] || fail 'a reload began another process'

step 'what dies or hangs begins again'
inside kill -KILL "$main"
until_true 15 other_process "$main" || fail 'it did not begin again'
main=$(property MainPID)
inside kill -STOP "$main"
until_true 30 other_process "$main" || fail 'the watchdog saw nothing'
logged 'Watchdog timeout' || fail 'the watchdog said nothing'

step 'a wrong configuration is told and not tried for ever'
cp "$root/etc/earshot/earshot.yaml" "$root/root/earshot.yaml"
echo 'retention_dais: 90' >>"$root/etc/earshot/earshot.yaml"
inside systemctl reset-failed earshot@eth1
if inside systemctl restart earshot@eth1 2>/dev/null; then fail 'it starts with a wrong configuration'; fi
until_true 60 state_is failed || fail 'it is tried again and again'
logged "did you mean 'retention_days'" || fail 'what is wrong is not said'
cp "$root/root/earshot.yaml" "$root/etc/earshot/earshot.yaml"
inside systemctl reset-failed earshot@eth1

step 'upgrade'
inside systemctl start earshot@eth1 || fail 'it does not start'
main=$(property MainPID)
inside dpkg -i /new.deb >"$root/log" 2>&1 || fail "$(cat "$root/log")"
other_process "$main" || fail 'the sensor is that from before the upgrade'
# Between the end of the one and the readiness of the other.
gap=$((($(property ActiveEnterTimestampMonotonic) - $(property ActiveExitTimestampMonotonic)) / 1000))
echo "   nothing was captured for $gap ms"

step 'purge'
inside dpkg --purge earshot >"$root/log" 2>&1 || fail "$(cat "$root/log")"
if inside pgrep -x earshot >/dev/null; then fail "it still runs"; fi
inside test -s /var/lib/earshot/eth1/alerts.db || fail 'the alerts are gone'
echo 'The service is as it has to be.'
