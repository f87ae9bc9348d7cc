#!/bin/sh
# Removes what install.sh installed: no more, and of that nothing that was changed since. Uses no network.
set -eu

usage() {
  cat <<'END'
sh uninstall.sh

Removes the OpenCode and the kit that this script was installed with. Settings, sessions and caches of users stay, and so
does every file that was added or changed after the installation: these are named.
Exit codes: 0 all is removed, 1 something was left, 2 nothing was done.
END
}

main() {
  case ${1-} in
    '') ;;
    --help | -h) usage && exit 0 ;;
    *) echo "error: $1 is not an option: see sh uninstall.sh --help" >&2 && exit 2 ;;
  esac
  kit=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  if [ ! -f "$kit/installed" ]; then
    echo "error: $kit/installed is not there, so what was installed is not known" >&2
    exit 2
  fi
  cd -- "$kit/../.."
  folders=$(cat lib/opencode-kit/installed-folders)
  LC_ALL=C sha256sum -c lib/opencode-kit/installed 2>/dev/null | sed -n 's/^\(.*\): OK$/"\1"/p' | xargs rm -f --
  rm -f lib/opencode-kit/installed lib/opencode-kit/installed-folders
  find lib/opencode-kit -depth -type d -exec rmdir {} + 2>/dev/null || true
  left=$(for there in bin/opencode lib/opencode-kit; do [ ! -e $there ] || find $there ! -type d; done)
  prefix=$PWD
  for folder in $folders; do
    case $folder in
      .) cd / && rmdir -- "$prefix" 2>/dev/null || true ;;
      *) rmdir -- "$folder" 2>/dev/null || true ;;
    esac
  done
  [ -n "$left" ] || exit 0
  echo "Left in $prefix, as it was added or changed since the installation:" >&2
  echo "$left" >&2
  exit 1
}

main "$@"; exit
