#!/bin/sh
# Installs the Debian packages that Earshot needs and that this machine lacks.
#
#   scripts/install-packages.sh build    what the sensor is built with
#   scripts/install-packages.sh forward  the same, and what the forwarder needs
#   scripts/install-packages.sh test     the same, and the clients, servers and tools that the tests drive
#   scripts/install-packages.sh bench    what `swift build` needs, and what the benchmarks measure with and beside
#   scripts/install-packages.sh samples  the same, and what the sample captures are made with besides
#   scripts/install-packages.sh package  what `swift build` needs, and what the Debian package is made and tried with
#
# Says nothing and changes nothing when all is there. Uses sudo when not run as root. Starts no service.
# Exit codes are those of sysexits.h: 64 usage, 69 something is missing and cannot be had, 77 no permission.
set -eu

fail() {
    code=$1
    shift
    printf 'install-packages.sh: %s\n' "$*" >&2
    exit "$code"
}

build_packages='binutils git libmaxminddb-dev libpcap-dev libseccomp-dev libsqlite3-dev libvectorscan-dev libzstd-dev make pkg-config python3 zlib1g-dev'
forward_packages='libcurl4-openssl-dev librdkafka-dev'
test_packages='curl ieee-data iproute2 libcoap3-bin mmdb-bin mosquitto mosquitto-clients openssl prometheus python3-venv rsyslog rsyslog-openssl tcpdump tshark zstd'
bench_packages='iproute2 libndpi-bin tcpdump tshark valgrind'
samples_packages='nmap rabbitmq-server'
package_packages='apparmor debhelper debootstrap lintian man-db systemd'

case "${1:-}" in
    build) wanted=$build_packages ;;
    forward) wanted="$build_packages $forward_packages" ;;
    test) wanted="$build_packages $forward_packages $test_packages" ;;
    bench) wanted="$build_packages $bench_packages" ;;
    samples) wanted="$build_packages $forward_packages $test_packages $samples_packages" ;;
    package) wanted="$build_packages $forward_packages $package_packages" ;;
    *) fail 64 'say what the packages are for: build, forward, test, bench, samples or package' ;;
esac
[ $# -eq 1 ] || fail 64 "one argument is enough: $1"

command -v dpkg-query >/dev/null 2>&1 ||
    fail 69 "this is no Debian system; install what these packages hold by other means: $wanted"

installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $wanted; do
    # Debian 12 has pkgconf behind the name pkg-config; either gives the command.
    if [ "$package" = pkg-config ] && command -v pkg-config >/dev/null 2>&1; then continue; fi
    installed "$package" || missing="$missing $package"
done

if [ -n "$missing" ]; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        # A password can be asked for only where somebody sits.
        if [ -t 0 ]; then as_root=sudo; else as_root='sudo -n'; fi
        $as_root true || fail 77 "sudo refuses; as root, run: apt-get install$missing"
    else
        fail 77 "not root and no sudo; as root, run: apt-get install$missing"
    fi

    # A package that brings a service would start it. policy-rc.d is Debian's way to say no, for as long as this runs.
    policy=/usr/sbin/policy-rc.d
    aside=
    put_back() {
        $as_root rm -f "$policy"
        if [ -n "$aside" ]; then $as_root mv "$aside" "$policy"; fi
    }
    if [ -e "$policy" ] || [ -L "$policy" ]; then
        aside="$policy.earshot-$$"
        $as_root mv "$policy" "$aside"
    fi
    trap put_back EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"

    printf 'Installing%s\n' "$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update ||
        fail 69 'apt-get update failed: see above; is there a way to the package mirror?'
    # shellcheck disable=SC2086 # the list is words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing ||
        fail 69 "apt-get could not install:$missing"

    # Such a package also arranges for its server to start with the machine; a machine that had none stays without.
    for service in mosquitto prometheus rabbitmq-server rsyslog; do
        case " $missing " in
            *" $service "*)
                if command -v systemctl >/dev/null 2>&1; then
                    $as_root systemctl disable "$service.service" >/dev/null 2>&1 ||
                        printf 'The service %s could not be disabled: it may start with the machine.\n' "$service" >&2
                fi
                ;;
        esac
    done
fi

how='Get a toolchain for Linux from swift.org (or with swiftly) and put its usr/bin on the PATH.'
command -v swift >/dev/null 2>&1 || fail 69 "Swift 6.2 or newer is needed and there is no swift on the PATH. $how"
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p' | head -n 1)
[ -n "$version" ] || fail 69 "swift on the PATH does not tell its version; 6.2 or newer is needed. $how"
major=${version% *}
minor=${version#* }
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    fail 69 "Swift 6.2 or newer is needed; the one on the PATH is $major.$minor. $how"
fi
