#!/bin/bash
# Makes .venv with the Python given; Debian keeps a part of what that needs in a package of its own.
set -euo pipefail
python=$1

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or later is needed; $python is not. Name another: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    PYTHON=$python "$(dirname "$0")/install.sh" python3-venv
fi
"$python" -m venv --clear .venv
