#!/bin/sh
# Puts back what install.sh replaced last. What is there now is kept in its place, so a second run undoes the first.
set -eu

usage() {
  cat <<'END'
sh rollback.sh

Puts the OpenCode and the kit back that were there before the last installation. Nothing is done when what was kept was
changed since. Exit codes: 0 done, 2 nothing was done.
END
}

fail() {
  printf '%s\n' "error: $1" "  why:  $2" >&2
  exit 2
}

main() {
  case ${1-} in
    '') ;;
    --help | -h) usage && exit 0 ;;
    *) fail "$1 is not an option" "see sh rollback.sh --help" ;;
  esac
  kit=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  cd -- "$kit/../.."
  now=lib/opencode-kit
  before=lib/opencode-kit.previous
  between=lib/opencode-kit.between-$$
  [ -d "$before" ] && [ -f "$before/installed" ] && [ -f "$before/opencode.kept" ] ||
    fail "There is nothing to go back to" "there is no $PWD/$before"
  [ ! -h "$before" ] || fail "$PWD/$before is not what was kept" "it is a link"
  changed=$(sed "s,  bin/opencode\$,  $before/opencode.kept,; s,  $now/,  $before/," "$before/installed" |
    LC_ALL=C sha256sum -c 2>/dev/null | grep -v ': OK$' | head -n 5) || true
  [ -z "$changed" ] || fail "What was kept was changed since" "$changed"
  ln -f -- bin/opencode "$now/opencode.kept" 2>/dev/null || cp -- bin/opencode "$now/opencode.kept"
  mv -- "$before" "$between"
  mv -f -- "$between/opencode.kept" bin/opencode
  mv -- "$now" "$before"
  mv -- "$between" "$now"
  echo "Put back what was there before the last installation: $PWD/bin/opencode"
  echo "The other one is kept. To go back to it: run this again"
}

main "$@"; exit
