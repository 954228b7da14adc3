#!/bin/sh
# Pin the newest versions that pyproject.toml permits, with hashes; no file names where packages come from.
set -eu
bin=$1
"$bin/pip" install -q uv
compile() {
    env -u UV_FIND_LINKS "$bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header "$@"
}
compile pyproject.toml -o requirements/base.txt
compile pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
compile pyproject.toml --extra dev --extra bench -c requirements/dev.txt -o requirements/bench.txt
