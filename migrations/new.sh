#!/bin/sh
# Writes the next migration from the difference between models and an up-to-date scratch database.
set -eu
[ -n "${1:-}" ] || { echo "make migration NAME=what_it_does"; exit 2; }
cd "$(dirname "$0")/.."
last=$(cut -c1-4 migrations/versions/HEAD)
next=$(printf '%04d' $(($(echo "$last" | sed 's/^0*//') + 1)))
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ZSB_DATA_DIR="$scratch"
.venv/bin/flask --app server.app:create_app db upgrade
.venv/bin/flask --app server.app:create_app db revision --autogenerate --rev-id "$next" -m "$1"
echo "${next}_$1" >migrations/versions/HEAD
.venv/bin/ruff format -q migrations
