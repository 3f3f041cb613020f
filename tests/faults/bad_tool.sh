#!/bin/sh
# bad_tool.sh - a tool that does one thing wrong, the one that QS_CONTROL names: see
# controls.txt.
case $QS_CONTROL in
tool_crashes) kill -SEGV $$ ;;
tool_talks) echo "bad.exp:1: error"; echo wrong >&2; echo wrong again >&2; exit 2 ;;
tool_vague) echo "bad.exp: something is wrong" >&2; exit 2 ;;
esac
exit 0
