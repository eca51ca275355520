#!/bin/sh
# The whole path, offline: index this repository, ask it something, then have an agent mend a failing test in a copy of
# the sample repository. The agent's model is a script behind a server on this machine, so that no key is needed.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top"

show() {
    printf '\n$'
    for word in "$@"; do
        case $word in *" "*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    "$@"
}

show clew index
show clew status
show clew query "which process kills a worker that takes too long" -k 3 --explain
show clew callers open_writer
show clew context "how does a build become visible to readers" --budget 600

cp -r data/sample "$work/courier"
cd "$work/courier"
git init --quiet
git add --all
git -c user.name=demo -c user.email=demo@localhost commit --quiet --message "As it was"

task=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["task"])' "$top/data/demo/fix.json")
printf '\n$ clew agent "%s"\n' "$task"
python -m agent.scripted --script "$top/data/demo/fix.json" -- \
    clew agent "$task" --model openai/scripted --api-base '{base}' --approve never
show clew agent show
show clew agent apply
show git status --short
show git log --oneline --all
