#!/bin/sh
# Puts the built program, its rules, manual, completion and units where they belong, or takes them away.
#
#   Packaging/install.sh install PROGRAM     Packaging/install.sh uninstall
#
# Environment: PREFIX (/usr/local), DESTDIR (nothing; a root under which all is put), SYSCONFDIR (/etc), ZSHDIR (where
# zsh looks for completion). A file in SYSCONFDIR that is there stays as it is, and one that was changed is not taken away.
# Starts and stops nothing, and makes no user: systemd-sysusers does. Run by "make install" and for the Debian package.
# Exit codes: 64 usage, 66 no program, 73 a file cannot be written.
set -eu

cd "$(dirname "$0")/.."
umask 022
prefix=${PREFIX:-/usr/local}
etc=${SYSCONFDIR:-/etc}
zsh=${ZSHDIR:-$prefix/share/zsh/site-functions}
root=${DESTDIR:-}
action=${1:-}
program=${2:-}

case "$action-$#" in
    install-2 | uninstall-1) ;;
    *)
        echo 'install.sh: say "install PROGRAM" or "uninstall"' >&2
        exit 64
        ;;
esac
if [ "$action" = install ] && ! [ -x "$program" ]; then
    echo "install.sh: there is no program $program; run 'make build' first" >&2
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

# place_setting SOURCE TARGET: what people change
place_setting() {
    if [ "$action" = install ]; then
        [ -e "$root$2" ] || place 644 "$1" "$2"
    elif cmp -s "$1" "$root$2"; then
        rm -f "$root$2"
    elif [ -e "$root$2" ]; then
        echo "$root$2 was changed and stays."
    fi
}

if [ "$action" = install ]; then
    install -D -m 755 "$program" "$root$prefix/bin/earshot" || exit 73
    ${STRIP:-strip} "$root$prefix/bin/earshot"
    mkdir -p "$root$etc/earshot/rules" "$root$etc/earshot/filters"
    scripts/manual-pages.py "$program" "$made"
    # Completion is read, not run.
    for shell in bash zsh fish; do
        "$program" --generate-completion-script "$shell" | sed '1{/^#!/d}' >"$made/$shell"
    done
    for page in "$made"/*.1; do place 644 "$page" "$prefix/share/man/man1/$(basename "$page")"; done
else
    rm -f "$root$prefix/bin/earshot" "$root$prefix/share/man/man1/earshot.1" \
        "$root$prefix/share/man/man1"/earshot-*.1
fi

place 644 "$made/bash" "$prefix/share/bash-completion/completions/earshot"
place 644 "$made/zsh" "$zsh/_earshot"
place 644 "$made/fish" "$prefix/share/fish/vendor_completions.d/earshot.fish"

# With the tests in them, rules can be tried on the spot.
rm -rf "$root$prefix/share/earshot/rules"
for file in $(find Rules -type f); do
    [ "$action" = uninstall ] || place 644 "$file" "$prefix/share/earshot/rules/${file#Rules/}"
done

for unit in earshot.service earshot@.service; do
    sed "s|/usr/bin/earshot|$prefix/bin/earshot|g" "Packaging/$unit" >"$made/$unit"
    place 644 "$made/$unit" "$prefix/lib/systemd/system/$unit"
done
place 644 Packaging/earshot.sysusers "$prefix/lib/sysusers.d/earshot.conf"
place 644 Packaging/earshot.tmpfiles "$prefix/lib/tmpfiles.d/earshot.conf"
place 644 Packaging/earshot.apparmor "$prefix/share/apparmor/extra-profiles/earshot"

for file in README.md CHANGELOG.md Docs/*.md Docs/*.json; do
    place 644 "$file" "$prefix/share/doc/earshot/$(basename "$file")"
done
place_setting Packaging/earshot.yaml "$etc/earshot/earshot.yaml"
place_setting Packaging/earshot.default "$etc/default/earshot"

# Folders that are nobody else's; those with something in them stay.
if [ "$action" = uninstall ]; then
    for folder in "$prefix/share/earshot" "$prefix/share/doc/earshot" "$etc/earshot/rules" "$etc/earshot/filters" \
        "$etc/earshot"; do
        rmdir "$root$folder" 2>/dev/null || true
    done
fi
