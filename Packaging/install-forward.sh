#!/bin/sh
# Puts the built forwarder, its unit, user and configuration where they belong, or takes them away.
#
#   Packaging/install-forward.sh install PROGRAM     Packaging/install-forward.sh uninstall
#
# Environment: PREFIX (/usr/local), DESTDIR (nothing; a root under which all is put), SYSCONFDIR (/etc). A configuration that
# is there stays as it is, and one that was changed is not taken away. Starts and stops nothing, and makes no user:
# systemd-sysusers does. Exit codes: 64 usage, 66 no program, 73 a file cannot be written.
set -eu

cd "$(dirname "$0")/.."
umask 022
prefix=${PREFIX:-/usr/local}
etc=${SYSCONFDIR:-/etc}
root=${DESTDIR:-}
action=${1:-}
program=${2:-}

case "$action-$#" in
    install-2 | uninstall-1) ;;
    *)
        echo 'install-forward.sh: say "install PROGRAM" or "uninstall"' >&2
        exit 64
        ;;
esac
if [ "$action" = install ] && ! [ -x "$program" ]; then
    echo "install-forward.sh: there is no program $program; run 'make forward' first" >&2
    exit 66
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# place MODE SOURCE TARGET
place() {
    if [ "$action" = install ]; then
        install -D -m "$1" "$2" "$root$3" || exit 73
    else
        rm -f "$root$3"
    fi
}

if [ "$action" = install ]; then
    install -D -m 755 "$program" "$root$prefix/bin/earshot-forward" || exit 73
    ${STRIP:-strip} "$root$prefix/bin/earshot-forward"
    for shell in bash zsh fish; do
        "$program" --generate-completion-script "$shell" | sed '1{/^#!/d}' >"$made/$shell"
    done
    scripts/manual-pages.py "$program" "$made" 8
    for page in "$made"/*.8; do place 644 "$page" "$prefix/share/man/man8/$(basename "$page")"; done
else
    rm -f "$root$prefix/bin/earshot-forward" "$root$prefix/share/man/man8/earshot-forward.8" \
        "$root$prefix/share/man/man8"/earshot-forward-*.8
fi
place 644 "$made/bash" "$prefix/share/bash-completion/completions/earshot-forward"
place 644 "$made/zsh" "${ZSHDIR:-$prefix/share/zsh/site-functions}/_earshot-forward"
place 644 "$made/fish" "$prefix/share/fish/vendor_completions.d/earshot-forward.fish"
sed "s|/usr/bin/earshot-forward|$prefix/bin/earshot-forward|g" Packaging/earshot-forward.service >"$made/unit"
place 644 "$made/unit" "$prefix/lib/systemd/system/earshot-forward.service"
place 644 Packaging/earshot-forward.sysusers "$prefix/lib/sysusers.d/earshot-forward.conf"
place 644 Docs/forwarding.md "$prefix/share/doc/earshot-forward/forwarding.md"
for file in examples/*/*; do place 644 "$file" "$prefix/share/doc/earshot-forward/$file"; done
if [ "$action" = install ]; then
    [ -e "$root$etc/earshot/forward.yaml" ] || place 644 Packaging/forward.yaml "$etc/earshot/forward.yaml"
elif cmp -s Packaging/forward.yaml "$root$etc/earshot/forward.yaml"; then
    rm -f "$root$etc/earshot/forward.yaml"
fi
