#!/bin/sh
# Puts back what install.sh replaced last. What is there now is kept in its place, so a second run undoes the first.
set -eu
# macOS may have it by its other name only.
command -v sha256sum >/dev/null || { command -v shasum >/dev/null && sha256sum() { shasum -a 256 "$@"; }; } || :

usage() {
  cat <<'END'
sh rollback.sh [--check PREFIX]

Puts the OpenCode and the kit back that were there before the last installation. Nothing is done when what was kept was
changed since, or cannot be compared. /etc/opencode/opencode.json stays as it is. --check only compares what was kept below PREFIX, with its own list.
Exit codes: 0 done, 2 nothing was done.
END
}

fail() {
  printf '%s\n' "error: $1" "  why:  $2" >&2
  exit 2
}

# The same in install.sh.
LINKS='share/bash-completion/completions/opencode share/fish/vendor_completions.d/opencode.fish share/man/man1/opencode.1
share/zsh/site-functions/_opencode'

now=lib/opencode-kit
before=lib/opencode-kit.previous

main() {
  case ${1-} in
    '') CDPATH='' cd -- "$(dirname -- "$0")/../.." ;;
    --check) [ $# -gt 1 ] && CDPATH='' cd -- "$2" || fail "--check needs a folder" "see sh rollback.sh --help" ;;
    --help | -h) usage && exit 0 ;;
    *) fail "$1 is not an option" "see sh rollback.sh --help" ;;
  esac
  check_kept
  [ $# -gt 0 ] || exchange
}

check_kept() {
  command -v sha256sum >/dev/null || fail "What was kept cannot be compared" "there is no sha256sum in PATH"
  [ ! -h $before ] || fail "$PWD/$before is not what was kept" "it is a link"
  [ -f $before/installed ] && [ -f $before/opencode.kept ] ||
    fail "There is nothing to go back to" "there is no $PWD/$before"
  bad=$(foreign | head -n 5)
  [ -z "$bad" ] || fail "$PWD/$before/installed names what was not installed, or is not all there" "$bad"
  listed=$(kept_list | sed 's,^[0-9a-f]*  ,,' && for name in installed installed-folders; do echo $before/$name; done
    [ ! -e $before/installed-managed ] || echo $before/installed-managed)
  there=$(find $before ! -type d) || fail "What was kept cannot be compared" "$PWD/$before cannot be searched"
  [ "$(printf '%s\n' "$listed" | LC_ALL=C sort)" = "$(printf '%s\n' "$there" | LC_ALL=C sort)" ] ||
    fail "There are other files in $PWD/$before" "they were not kept, or some are gone"
  said=$(kept_list | LC_ALL=C sha256sum -c 2>&1) &&
    [ "$(printf '%s\n' "$said" | grep -c ': OK$')" -eq "$(grep -c '' $before/installed)" ] ||
    fail "What was kept was changed since, or could not be compared" "$(printf '%s\n' "$said" | grep -v ': OK$' | head -n 5)"
}

# The list of what was kept, by where it is now.
kept_list() {
  sed "s,  bin/opencode\$,  $before/opencode.kept,; s,  $now/,  $before/," $before/installed
}

# What makes the list none to go by.
foreign() {
  LC_ALL=C grep -Ev '^[0-9a-f]{64}  (bin/opencode|lib/opencode-kit/[^"\[:cntrl:]]+)$' $before/installed || true
  LC_ALL=C grep -E '^[^ ]*  (.*/)?\.\.(/.*)?$' $before/installed || true
  grep -q '  bin/opencode$' $before/installed || echo "there is no line of bin/opencode"
  find $before -type l || echo "$before cannot be searched"
}

exchange() {
  between=lib/opencode-kit.between-$$
  ln -f -- bin/opencode $now/opencode.kept 2>/dev/null || cp -- bin/opencode $now/opencode.kept
  mv -- $before "$between"
  mv -f -- "$between/opencode.kept" bin/opencode
  mv -- $now $before
  mv -- "$between" $now
  exchange_links
  echo "Put back what was there before the last installation: $PWD/bin/opencode"
  echo "The other one is kept. To go back to it: run this again"
}

# The one that is back may have others, or none.
exchange_links() {
  for link in $LINKS; do
    target=../../../$now/$link
    if [ -f "$now/$link" ] && [ ! -e "$link" ] && [ ! -h "$link" ]; then
      mkdir -p -- "${link%/*}" && ln -s -- "$target" "$link" || echo "left out: $PWD/$link" >&2
    elif [ ! -e "$now/$link" ] && [ -h "$link" ] && [ "$(readlink -- "$link")" = "$target" ]; then
      rm -f -- "$link"
    fi
  done
}

main "$@"; exit
