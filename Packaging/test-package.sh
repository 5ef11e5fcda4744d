#!/bin/sh
# Tries a package of Earshot in a fresh Debian 12: install, use, upgrade, remove, purge, install again.
#
#   Packaging/test-package.sh PACKAGE CAPTURES
#
# Works in a root of its own below .build/deb, which debootstrap makes and which is kept packed for the next time. Wants to be
# root and a way to a mirror of Debian. Exit codes: 1 something is not as it has to be, 64 usage, 69 no mirror, 77 not root.
set -eu

cd "$(dirname "$0")/.."
if [ $# -ne 2 ]; then
    echo 'usage: test-package.sh PACKAGE CAPTURES' >&2
    exit 64
fi
if [ "$(id -u)" -ne 0 ]; then
    echo 'test-package.sh: only root can install packages in a root of its own' >&2
    exit 77
fi
# What is mounted below goes with the namespace.
if [ -z "${EARSHOT_NAMESPACE:-}" ]; then
    exec env EARSHOT_NAMESPACE=1 unshare --mount --pid --fork "$0" "$@"
fi
package=$1
captures=$2
packed=$PWD/.build/deb/bookworm.tar
root=$(mktemp -d "${TMPDIR:-/tmp}/earshot-root.XXXXXX")
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT

fail() {
    echo "test-package.sh: $*" >&2
    exit 1
}
step() { printf '%s\n' "-- $*"; }
# Questions of dpkg find nobody who answers, and fail.
inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
present() { for path in "$@"; do [ -e "$root$path" ] || fail "there is no $path"; done; }
absent() { for path in "$@"; do if [ -e "$root$path" ]; then fail "$path is there"; fi; done; }
says() { printf '%s\n' "$1" | grep -qF -- "$2" || fail "'$2' is not said, but: $1"; }
# The rows that the store has, as the program shows them.
rows() { inside earshot tail --format json -n 1000; }

step 'a fresh Debian 12'
if ! [ -s "$packed" ]; then
    debootstrap --variant=minbase --include=systemd bookworm "$root" >"$root.log" 2>&1 || {
        tail -n 5 "$root.log" >&2
        rm -f "$root.log"
        exit 69
    }
    rm -f "$root.log" "$root"/var/cache/apt/archives/*.deb
    tar -C "$root" -cf "$packed.part" . && mv "$packed.part" "$packed"
else
    tar -C "$root" -xpf "$packed"
fi
chmod 755 "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"

step 'a package of a lower version, with another default'
mkdir "$root/old"
dpkg-deb -R "$package" "$root/old/tree"
version=$(dpkg-deb -f "$package" Version)
sed -i 's/^Version: .*/Version: 0.0.1-1/' "$root/old/tree/DEBIAN/control"
echo '# As it was before.' >>"$root/old/tree/etc/default/earshot"
dpkg-deb -Znone --root-owner-group -b "$root/old/tree" "$root/old.deb" >/dev/null
rm -r "$root/old"
cp "$package" "$root/new.deb"
cp "$captures/mqtt/sys-subscription.pcap" "$root/tmp/sample.pcap"

step 'install'
inside apt-get -qq update || exit 69
said=$(inside apt-get -y --no-install-recommends install /old.deb 2>&1) || fail "$said"
says "$said" 'systemctl enable --now earshot@eth1'
[ -z "$(find "$root/etc/systemd" -name '*earshot*')" ] || fail 'a unit is enabled'
[ "$(inside stat -c '%U %G %a' /var/lib/earshot)" = 'earshot earshot 750' ] || fail '/var/lib/earshot is not as it has to be'
[ -z "$(inside find /usr/share/earshot /etc/earshot /usr/bin/earshot ! -user root)" ] || fail 'files that are not of root'
present /etc/earshot/rules /etc/earshot/filters /usr/share/man/man1/earshot.1.gz /lib/systemd/system/earshot@.service \
    /usr/share/bash-completion/completions/earshot /usr/share/doc/earshot/copyright
for unit in earshot.service earshot@.service; do
    said=$(inside systemd-analyze verify --man=no "/lib/systemd/system/$unit" 2>&1) || fail "$unit: $said"
    # In tenths.
    said=$(inside systemd-analyze security --offline=true --threshold=14 "/lib/systemd/system/$unit" 2>&1) ||
        fail "$unit is less confined than it was: $(printf '%s' "$said" | tail -n 1)"
done
said=$(apparmor_parser --skip-kernel-load --skip-cache "$root/usr/share/apparmor/extra-profiles/earshot" 2>&1) || fail "$said"

step 'use'
if inside ldd /usr/bin/earshot | grep -E 'not found|swift'; then fail 'a library is missing'; fi
says "$(inside earshot --version)" "earshot ${version%-*}"
says "$(inside earshot config check 2>&1)" '0 settings, nothing wrong'
says "$(inside earshot rules check 2>&1)" ' 0 errors, 0 warnings'
cat >"$root/etc/earshot/rules/site.yml" <<'RULE'
title: A rule of the site
id: 5b0c3f6e-8d1a-4c58-9f6b-0f4b7f0e9a11
logsource: {category: mqtt}
detection: {selection: {mqtt.type: PUBLISH}, condition: selection}
level: low
RULE
says "$(inside earshot rules list 2>&1)" 'A rule of the site'
rm "$root/etc/earshot/rules/site.yml"
inside setpriv --reuid earshot --regid earshot --clear-groups env STATE_DIRECTORY=/var/lib/earshot \
    earshot replay --quiet /tmp/sample.pcap 2>&1 || fail 'the sample cannot be read'
before=$(rows)
says "$before" '"rule_title":"MQTT Subscription to Broker Statistics"'

step 'upgrade keeps settings and store, and asks nothing'
echo 'retention_days: 90' >>"$root/etc/earshot/earshot.yaml"
echo '# of the site' >"$root/etc/earshot/filters/site.yml.off"
begin=$(date +%s%N)
said=$(inside dpkg -i /new.deb 2>&1) || fail "$said"
echo "   took $((($(date +%s%N) - begin) / 1000000)) ms"
if printf '%s' "$said" | grep -F 'systemctl enable'; then fail 'an upgrade is told like a first installation'; fi
says "$(tail -n 1 "$root/etc/earshot/earshot.yaml")" 'retention_days: 90'
if grep -F 'before' "$root/etc/default/earshot"; then fail 'an old default that nobody changed stayed'; fi
[ "$(rows)" = "$before" ] || fail 'the alerts are not those from before'

step 'remove keeps settings and store'
said=$(inside dpkg --remove earshot 2>&1) || fail "$said"
absent /usr/bin/earshot /usr/share/earshot/rules
present /etc/earshot/earshot.yaml /etc/earshot/filters/site.yml.off /var/lib/earshot/alerts.db
inside dpkg -i /new.deb >/dev/null 2>&1 || fail 'it cannot be installed again'
[ "$(rows)" = "$before" ] || fail 'the alerts are not those from before the removal'

step 'purge says what it deletes, and keeps the alerts'
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/earshot@.service "$root/etc/systemd/system/multi-user.target.wants/earshot@eth1.service"
said=$(inside dpkg --purge earshot 2>&1) || fail "$said"
says "$said" 'Deleted: the configuration'
says "$said" 'rm -r /var/lib/earshot'
says "$said" 'rm -r /etc/earshot'
absent /etc/earshot/earshot.yaml /etc/default/earshot
[ -z "$(find "$root/etc/systemd" -name '*earshot*')" ] || fail 'a unit stays enabled'
present /var/lib/earshot/alerts.db /etc/earshot/filters/site.yml.off

step 'install again, and purge with nothing to keep'
rm -r "$root/var/lib/earshot" "$root/etc/earshot"
said=$(inside dpkg -i /new.deb 2>&1) || fail "$said"
says "$said" 'systemctl enable --now earshot@eth1'
present /etc/earshot/earshot.yaml /var/lib/earshot
said=$(inside dpkg --purge earshot 2>&1) || fail "$said"
says "$said" 'There were no alerts'
left=$(cd "$root" && find . -xdev -name '*earshot*' ! -path './proc/*')
[ -z "$left" ] || fail "left behind: $left"
echo 'The package is as it has to be.'
