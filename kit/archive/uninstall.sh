#!/bin/sh
# Removes what install.sh installed: no more, and of that nothing that was changed since. Uses no network.
set -eu
# macOS may have it by its other name only.
command -v sha256sum >/dev/null || { command -v shasum >/dev/null && sha256sum() { shasum -a 256 "$@"; }; } || :

usage() {
  cat <<'END'
sh uninstall.sh

Removes the OpenCode and the kit that this script was installed with, the links to its completions and man page, and the
/etc/opencode/opencode.json that install.sh --system made. Settings, sessions and caches of users stay, and so
does every file that was added or changed after the installation: these are named. While a changed one is there, this
script and its list stay, too.
Exit codes: 0 all is removed, 1 something was left, 2 nothing was done.
END
}

# The same in install.sh.
LINKS='share/bash-completion/completions/opencode share/fish/vendor_completions.d/opencode.fish share/man/man1/opencode.1
share/zsh/site-functions/_opencode'

# What can have to be made, the deepest first.
FOLDERS='share/bash-completion/completions share/bash-completion share/fish/vendor_completions.d share/fish share/man/man1
share/man share/zsh/site-functions share/zsh share bin lib .'

main() {
  case ${1-} in
    '') ;;
    --help | -h) usage && exit 0 ;;
    *) echo "error: $1 is not an option: see sh uninstall.sh --help" >&2 && exit 2 ;;
  esac
  command -v sha256sum >/dev/null || {
    echo "error: there is no sha256sum in PATH, so what was changed is not known; nothing was removed" >&2
    exit 2
  }
  kit=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  if [ ! -f "$kit/installed" ]; then
    echo "error: $kit/installed is not there, so what was installed is not known" >&2
    exit 2
  fi
  cd -- "$kit/../.."
  check_lists
  folders=$(cat lib/opencode-kit/installed-folders)
  remove_managed
  remove_previous
  remove_kit
  remove_links
  find lib/opencode-kit -depth -type d -exec rmdir {} + 2>/dev/null || true
  left=$(for there in bin/opencode lib/opencode-kit lib/opencode-kit.previous; do [ ! -e $there ] || find $there ! -type d; done
    [ -z "$managed" ] || [ ! -e "$managed" ] || echo "$managed")
  prefix=$PWD
  for folder in $folders; do
    case $folder in
      .) cd / && rmdir -- "$prefix" 2>/dev/null || true ;;
      *) rmdir -- "$folder" 2>/dev/null || true ;;
    esac
  done
  [ -z "$managed" ] || [ -e "$managed" ] || also="$also, and $managed"
  echo "Removed $count files: $prefix/bin/opencode and $prefix/lib/opencode-kit$also"
  echo "Settings, sessions and caches of users stay: ~/.config/opencode, ~/.local/share/opencode, ~/.cache/opencode"
  [ -n "$left" ] || exit 0
  echo "Left in $prefix, as it was added or changed since the installation:" >&2
  echo "$left" >&2
  [ ! -f "$kit/installed" ] || echo "Next: look at these, remove them, and run it again: sh $kit/uninstall.sh" >&2
  exit 1
}

# This script and the lists go last, and stay when anything else does that they name.
remove_kit() {
  list=lib/opencode-kit/installed
  own='  lib/opencode-kit/uninstall\.sh$'
  count=$(grep -v "$own" $list | remove_listed)
  [ -n "$(grep -v "$own" $list | still_there)" ] || count=$((count + $(grep "$own" $list | remove_listed)))
  [ -n "$(still_there <$list)" ] || rm -f $list lib/opencode-kit/installed-folders lib/opencode-kit/installed-managed
}

# What install.sh --system made, when nobody changed it. An earlier installation may have made it.
remove_managed() {
  managed=
  for record in lib/opencode-kit/installed-managed lib/opencode-kit.previous/installed-managed; do
    [ -f $record ] || continue
    managed=$(sed -n 's,^[0-9a-f]*  ,,p' $record)
    # It may be that root has to do this.
    grep '  ' $record | remove_listed >/dev/null
    for made in $(grep -v '  ' $record); do rmdir -- "$made" 2>/dev/null || true; done
  done
}

# A link that leads elsewhere is somebody else's.
remove_links() {
  for link in $LINKS; do
    [ ! -h "$link" ] || [ "$(readlink -- "$link")" != "../../../lib/opencode-kit/$link" ] || [ -e "$link" ] || rm -f -- "$link"
  done
}

# The files of a list that are there.
still_there() {
  sed 's,^[0-9a-f]*  ,,' | while IFS= read -r file; do [ ! -e "$file" ] && [ ! -h "$file" ] || echo "$file"; done
}

# Removes the files of a list that are unchanged, and prints their number.
remove_listed() {
  fine=$(LC_ALL=C sha256sum -c 2>/dev/null | sed -n 's/^\(.*\): OK$/"\1"/p') || true
  [ -z "$fine" ] || echo "$fine" | xargs rm -f --
  [ -z "$fine" ] && echo 0 || echo "$fine" | wc -l | tr -d ' '
}

# What the last installation replaced, and kept.
remove_previous() {
  also=
  previous=lib/opencode-kit.previous
  [ -f $previous/installed ] && [ ! -h $previous ] || return 0
  kept_list | remove_listed >/dev/null
  [ -n "$(kept_list | still_there)" ] || rm -f $previous/installed $previous/installed-folders $previous/installed-managed
  find $previous -depth -type d -exec rmdir {} + 2>/dev/null || true
  also=", and the one before it"
}

kept_list() {
  sed "s,  bin/opencode\$,  $previous/opencode.kept,; s,  lib/opencode-kit/,  $previous/," $previous/installed
}

# Who can write to the lists is perhaps not who runs this: it removes nothing that it cannot have installed.
check_lists() {
  bad=$({ foreign lib/opencode-kit; [ ! -d lib/opencode-kit.previous ] || foreign lib/opencode-kit.previous; } | head -n 5)
  [ -z "$bad" ] || {
    printf '%s\n' "error: the lists of what was installed in $kit name something else; nothing was removed:" "$bad" >&2
    exit 2
  }
}

# What cannot be read is not known to be harmless.
foreign() {
  [ -r "$1/installed" ] && [ -r "$1/installed-folders" ] || echo "$1: its lists cannot be read"
  LC_ALL=C grep -Ev '^[0-9a-f]{64}  (bin/opencode|lib/opencode-kit/[^"\[:cntrl:]]+)$' "$1/installed" || true
  LC_ALL=C grep -E '^[^ ]*  (.*/)?\.\.(/.*)?$' "$1/installed" || true
  tr ' ' '\n' <"$1/installed-folders" | grep . | grep -Fvx "$(printf '%s\n' $FOLDERS)" || true
  [ ! -e "$1/installed-managed" ] || grep -Evx '[0-9a-f]{64}  /etc/opencode/opencode\.json|/etc/opencode|' "$1/installed-managed" || true
  # What lies behind a link to a folder is not what was installed there.
  find "$1" -type l -exec test -d {} \; -print || echo "$1 cannot be searched"
}

main "$@"; exit
