#!/bin/bash
# Installs the Debian packages named, those that are missing, where that may be done.
# Where it may not, says what to install and goes on: the tests then name what they had to leave out.
set -uo pipefail

present() {
    case $1 in
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip' ;;
        postgresql) ls "$(pg_config --bindir)/initdb" || ls /usr/lib/postgresql/*/bin/initdb ;;
        chromium) command -v chromium ;;
        redis-server) command -v redis-server ;;
        gettext) command -v xgettext ;;
        *) dpkg-query -W -f '${Status}' "$1" | grep 'ok installed' ;;
    esac >/dev/null 2>&1
}

missing=()
for package in "$@"; do
    present "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo --non-interactive)
install() {
    "${sudo[@]}" apt-get update -q &&
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

echo "Installing ${missing[*]} ..."
log=$(mktemp)
if ! install >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Could not install ${missing[*]}. Please install: apt-get install ${missing[*]}" >&2
fi
rm -f "$log"
