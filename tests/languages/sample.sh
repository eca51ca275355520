#!/usr/bin/env bash
# Bash: what must be found in it.
source ./lib/common.sh #? from ./lib/common.sh import *
. "$DIR/other.sh" #? from /other.sh import *
source "$(dirname "${BASH_SOURCE[0]}")/near.sh" #? from /near.sh import *
readonly LIMIT=10 #? def constant LIMIT
name="a $(title 1)" #? call title
NAME=1 #? def constant NAME

# Runs it.
run() { #? def function run; doc Runs it.
  local x=1 y
  check "$x" | log-line #? call check in run; call log-line in run
  y=$(measure 1) #? call measure in run
  if ready; then ./tools/start.sh -v; fi #? call ready in run; import ./tools/start.sh in run
  "$cmd" a
  trap cleanup EXIT #? call cleanup in run
  bash tools/stop.sh now #? import tools/stop.sh in run
  log::info "$x" #? call log::info in run
  echo "text" >&2
}

function log::info { run; } #? def function log::info; call run in log::info
function größe() ( run || log::info ) #? def function größe; call run in größe; call log::info in größe
run && cleanup #? call run; call cleanup
