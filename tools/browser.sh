#!/bin/sh
# Chromium and a Chinese font for the browser tests: from Debian, where this user may install packages.
# Without them those tests are skipped, and say so.
set -eu
if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi "noto.*cjk"; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null || true
fi
command -v chromium >/dev/null || echo "Chromium is missing: the browser tests will be skipped." >&2
