#!/bin/sh
# Installs OpenCode, language servers and formatters below a prefix. Uses no network.
set -eu
umask 022
# macOS may have it by its other name only.
command -v sha256sum >/dev/null || { command -v shasum >/dev/null && sha256sum() { shasum -a 256 "$@"; }; } || :

usage() {
  cat <<'END'
sh install.sh [--prefix DIR] [--system]

Installs DIR/bin/opencode and DIR/lib/opencode-kit (default: ~/.local), after it has compared every file of this
archive with SHA256SUMS, and this machine with what the executable needs. DIR/share gets links to the completions for bash,
zsh and fish, and to the man page. What is there already is replaced only when an earlier run of this script installed it and
nobody changed it since; it is kept, and comes back with sh DIR/lib/opencode-kit/rollback.sh. To remove it all:
sh DIR/lib/opencode-kit/uninstall.sh
--system installs for all users, as root: DIR is /usr/local, and /etc/opencode/opencode.json gets the configuration of this kit
(lib/opencode-kit/managed.json), unless there is a managed configuration already, which is never changed.
Exit codes: 0 installed, 2 not installed, and then nothing was changed.
END
}

fail() {
  printf '%s\n' "error: $1" "  why:  $2" "  next: $3" >&2
  exit 2
}

# Where shells and man look below a prefix; the kit has files of these names. The same in uninstall.sh and rollback.sh.
LINKS='share/bash-completion/completions/opencode share/fish/vendor_completions.d/opencode.fish share/man/man1/opencode.1
share/zsh/site-functions/_opencode'

# What can have to be made, the deepest first. The same in uninstall.sh.
FOLDERS='share/bash-completion/completions share/bash-completion share/fish/vendor_completions.d share/fish share/man/man1
share/man share/zsh/site-functions share/zsh share bin lib .'

MANAGED=/etc/opencode/opencode.json

main() {
  prefix=${HOME:+$HOME/.local} for_all=no chosen=
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder" "none was given" "sh install.sh --help" ; chosen=$2; shift ;;
      --prefix=*) chosen=${1#--prefix=} ;;
      --system) for_all=yes prefix=/usr/local ;;
      *) fail "$1 is not an option" "only --prefix and --system are" "sh install.sh --help" ;;
    esac
    shift
  done
  prefix=${chosen:-$prefix}
  [ -n "$prefix" ] || fail "There is no folder to install to" "HOME is not set" "sh install.sh --prefix DIR"
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  kit=$prefix/lib/opencode-kit
  check_archive
  check_machine
  check_prefix
  check_links
  check_system
  check_space
  copy
  replace
  put_links
  finish
}

check_archive() {
  cd -- "$here"
  command -v sha256sum >/dev/null ||
    fail "The archive cannot be checked" "there is no sha256sum in PATH" "install coreutils or busybox"
  echo "Checking the archive"
  bad=$(foreign_lines SHA256SUMS)
  [ -z "$bad" ] ||
    fail "SHA256SUMS names what cannot be in this archive" "$bad" "do not use it: compare its sha256 with the one that was printed when it was made"
  unchanged SHA256SUMS ||
    fail "The archive is damaged" "$changed" "unpack it again, and compare its sha256 with the one that was printed when it was made"
  listed=$(sed 's,^[0-9a-f]*  ,./,' SHA256SUMS && echo ./SHA256SUMS)
  there=$(find . ! -type d | LC_ALL=C sort)
  [ "$(echo "$listed" | LC_ALL=C sort)" = "$there" ] ||
    fail "The archive holds more than SHA256SUMS names" "files were added to $here" "unpack it again, into an empty folder"
}

# What the executable needs of this machine, as the archive's file says it.
check_machine() {
  [ -f "$here/machine" ] ||
    fail "This kit does not say which machine it is for" "the file machine is not in it" "make one that does: npm run kit -- --target TARGET"
  system=$(needs system) processor=$(needs processor) kernel=$(needs kernel) loader=$(needs loader) flag=$(needs flag)
  [ "$(uname -s) $(uname -m)" = "$system $processor" ] ||
    fail "This kit is for $system on $processor" "this machine is $(uname -s) on $(uname -m)" "make one for it: npm run kit -- --target TARGET"
  [ -z "$loader" ] || [ -e "$loader" ] ||
    fail "This kit is for another C library" "there is no $loader here$(is_musl)" "make one with the other: npm run kit -- --target TARGET (its name ends in -musl for Alpine and the like)"
  uname -r | grep -Eq '^[0-9]+\.[0-9]' ||
    fail "This machine's kernel does not say its version" "it says $(uname -r), and $kernel or newer is needed" "install on a machine where uname -r says it"
  new_enough "$(uname -r)" "$kernel" ||
    fail "This machine's kernel is older than $kernel" "it is $(uname -r), and OpenCode's runtime does not start there" "install on a machine with a newer one"
  [ -z "$flag" ] || [ ! -r /proc/cpuinfo ] || grep -qw "$flag" /proc/cpuinfo ||
    fail "This machine's processor has no $flag" "this kit's executable uses it" "make one without: npm run kit -- --target TARGET-baseline"
}

needs() {
  sed -n "s/^$1 //p" "$here/machine"
}

is_musl() {
  ls /lib/ld-musl-* >/dev/null 2>&1 && echo ", but musl's is"
}

# Whether the first of two versions is not the older; only their first two numbers count.
new_enough() {
  have=$(echo "$1" | sed 's/[^0-9.].*//') want=$2
  [ "${have%%.*}" -gt "${want%%.*}" ] ||
    { [ "${have%%.*}" -eq "${want%%.*}" ] && [ "$(second "$have")" -ge "$(second "$want")" ]; }
}

second() {
  rest=${1#*.}
  echo "${rest%%.*}"
}

check_space() {
  there=$prefix
  while [ ! -d "$there" ]; do there=$(dirname -- "$there"); done
  # The number ahead of the percentage: names on both sides of them may have spaces.
  free=$(df -Pk -- "$there" | sed -n '$s/.* \([0-9][0-9]*\)  *[0-9]*% .*/\1/p') kilobytes=$(needs kilobytes)
  [ -n "$free" ] ||
    fail "The free space in $there is not known" "df -Pk does not say it in its usual form" "choose another folder: sh install.sh --prefix DIR"
  [ "$free" -ge "$kilobytes" ] ||
    fail "There is not enough room in $there" "$((kilobytes / 1000)) MB are needed, and $((free / 1000)) MB are free" "make room, or choose another folder: sh install.sh --prefix DIR"
}

# Whether every file of a list is as it says. A sha256sum that died has not said so of all.
unchanged() {
  said=$(LC_ALL=C sha256sum -c "$1" 2>&1) &&
    [ "$(printf '%s\n' "$said" | grep -c ': OK$')" -eq "$(grep -c '' "$1")" ] && return
  changed=$(printf '%s\n' "$said" | grep -v ': OK$' | head -n 5)
  : "${changed:=sha256sum did not compare all files}"
  return 1
}

# Lines that are not the hash of a file below this folder, in the one form that they are written in.
foreign_lines() {
  LC_ALL=C grep -Ev '^[0-9a-f]{64}  [^/"\[:cntrl:]][^"\[:cntrl:]]*$' "$1" | head -n 5 || true
  LC_ALL=C grep -E '^[^ ]*  (.*/)?\.\.(/.*)?$' "$1" | head -n 5 || true
}

check_prefix() {
  previous=$prefix/lib/opencode-kit.previous
  if [ -e "$previous" ] || [ -h "$previous" ]; then
    sh "$here/files/lib/opencode-kit/rollback.sh" --check "$prefix" ||
      fail "$previous is there already" "it is not, or no longer, what this script kept: see above" "look at it, and remove it, or choose another folder: sh install.sh --prefix DIR"
  fi
  [ -d "$kit" ] && [ -f "$kit/installed" ] && check_earlier && return
  for there in "$prefix/bin/opencode" "$kit"; do
    [ ! -e "$there" ] && [ ! -h "$there" ] ||
      fail "$there is there already" "this script did not install it" "remove it, or choose another folder: sh install.sh --prefix DIR"
  done
}

check_earlier() {
  cd -- "$prefix"
  bad=$(foreign_lines "$kit/installed" && LC_ALL=C grep -Ev '^[0-9a-f]*  (bin/opencode|lib/opencode-kit/.*)$' "$kit/installed" | head -n 5) || true
  [ -z "$bad" ] ||
    fail "$kit/installed names what was not installed" "$bad" "remove the lines, and look at who can write there"
  bad=$(tr ' ' '\n' <"$kit/installed-folders" | grep . | grep -Fvx "$(printf '%s\n' $FOLDERS)" | head -n 5) || true
  [ -z "$bad" ] ||
    fail "$kit/installed-folders names what was not made" "$bad" "remove the words, and look at who can write there"
  unchanged "$kit/installed" ||
    fail "What was installed in $prefix was changed since, or could not be compared" "$changed" "sh $kit/uninstall.sh, and look at what it leaves"
  listed=$(sed 's,^[0-9a-f]*  ,,' "$kit/installed" | grep '^lib/' && lists_of lib/opencode-kit)
  there=$(find lib/opencode-kit ! -type d | LC_ALL=C sort)
  [ "$(echo "$listed" | LC_ALL=C sort)" = "$there" ] ||
    fail "There are other files in $kit" "they were not installed" "sh $kit/uninstall.sh, and look at what it leaves"
}

# The lists in a kit, which are in none.
lists_of() {
  for name in installed installed-folders installed-managed; do [ ! -f "$1/$name" ] || echo "$1/$name"; done
}

check_links() {
  for link in $LINKS; do
    [ ! -e "$prefix/$link" ] && [ ! -h "$prefix/$link" ] || is_ours "$link" ||
      fail "$prefix/$link is there already" "this script did not make it" "remove it, or choose another folder: sh install.sh --prefix DIR"
  done
}

# Whether a link is the one that this script makes. All lie three folders deep.
is_ours() {
  [ -h "$prefix/$1" ] && [ "$(readlink -- "$prefix/$1")" = "../../../lib/opencode-kit/$1" ]
}

check_system() {
  [ $for_all = yes ] || return 0
  [ "$(id -u)" -eq 0 ] ||
    fail "--system needs root" "it writes $MANAGED, which counts only when users cannot write to it" "sudo sh install.sh --system, or sh install.sh for yourself alone"
  [ -f "$here/files/lib/opencode-kit/managed.json" ] ||
    fail "This kit has no configuration for $MANAGED" "there is no managed.json in it" "make one that has: npm run kit"
}

copy() {
  echo "Installing to $prefix"
  earlier=
  [ ! -f "$kit/installed-folders" ] || earlier=$(cat "$kit/installed-folders")
  folders=$(for folder in $FOLDERS; do was_missing "$folder" && printf '%s ' "$folder"; done) || true
  new=$prefix/lib/opencode-kit.new-$$
  trap 'rm -rf "$new"' EXIT
  trap 'exit 2' HUP INT TERM
  mkdir -p -- "$prefix/bin" "$prefix/lib" ||
    fail "$prefix cannot be written" "see above" "choose another folder: sh install.sh --prefix DIR"
  { cp -R -- "$here/files/lib/opencode-kit" "$new" && cp -- "$here/files/bin/opencode" "$new/opencode.new"; } ||
    fail "The files could not be copied" "see above" "make room (df -h $prefix), or choose another folder: sh install.sh --prefix DIR"
  sed -n 's,^\([0-9a-f]*\)  files/,\1  ,p' "$here/SHA256SUMS" >"$new/installed"
  echo "$folders" >"$new/installed-folders"
  for record in "$previous/installed-managed" "$kit/installed-managed"; do
    [ ! -f "$record" ] || cp -- "$record" "$new/installed-managed"
  done
  [ $for_all = no ] || put_managed
}

# Whether a folder is not there, or an earlier run made it.
was_missing() {
  [ ! -d "$prefix/$1" ] && return
  case " $earlier " in *" $1 "*) ;; *) return 1 ;; esac
}

# Writes down what it made, for uninstall.sh: the file with its hash, and the folder.
put_managed() {
  for there in $MANAGED ${MANAGED}c; do
    [ -e $there ] || [ -h $there ] || continue
    [ "$(sha256sum <$there)" != "$(sha256sum <"$new/managed.json")" ] || return 0
    managed="$there is there already and stays as it is. What this kit would have put there: $kit/managed.json"
    return
  done
  made=
  [ -d /etc/opencode ] || made=/etc/opencode
  { mkdir -p /etc/opencode && cp -- "$new/managed.json" $MANAGED.new-$$ && mv -- $MANAGED.new-$$ $MANAGED; } ||
    fail "$MANAGED cannot be written" "see above" "run it where /etc can be written, or without --system"
  { sha256sum $MANAGED && printf '%s\n' $made; } >"$new/installed-managed"
  managed="$MANAGED is the configuration for everyone on this machine now"
}

# What a link leads to is replaced with the kit; where a folder leads elsewhere, there is none.
put_links() {
  for link in $LINKS; do
    [ -f "$kit/$link" ] || { ! is_ours "$link" || rm -f -- "$prefix/$link"; continue; }
    { mkdir -p -- "$prefix/${link%/*}" && { is_ours "$link" || ln -s -- "../../../lib/opencode-kit/$link" "$prefix/$link"; } && [ -f "$prefix/$link" ]; } || {
      rm -f -- "$prefix/$link"
      echo "left out, as there is no place for it: $prefix/$link" >&2
    }
  done
}

# The one that was there is kept, for rollback.sh. What takes long, or can fail, stands ahead of the renames or after.
replace() {
  old=$previous.old-$$
  if [ -d "$kit" ]; then
    ln -- "$prefix/bin/opencode" "$new/opencode.kept" 2>/dev/null || cp -- "$prefix/bin/opencode" "$new/opencode.kept"
  fi
  trap '' HUP INT TERM
  mv -f -- "$new/opencode.new" "$prefix/bin/opencode"
  if [ -d "$kit" ]; then
    [ ! -d "$previous" ] || mv -- "$previous" "$old"
    mv -- "$kit" "$previous"
    mv -- "$new/opencode.kept" "$previous/opencode.kept"
    kept="The one that was there is kept. To go back to it: sh $kit/rollback.sh"
  fi
  mv -- "$new" "$kit"
  rm -rf -- "$old" || echo "left, as it could not be removed: $old" >&2
}

finish() {
  echo "Installed $prefix/bin/opencode, and $(ls "$kit/bin" | wc -l | tr -d ' ') programs that it finds by itself when it is offline"
  [ -z "${kept-}" ] || echo "$kept"
  [ -z "${managed-}" ] || echo "$managed"
  echo "To remove it: sh $kit/uninstall.sh"
  command=opencode
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *)
      echo "$prefix/bin is not in PATH. Add this line to ~/.profile, and sign in again:"
      echo "  export PATH=\"$prefix/bin:\$PATH\""
      command=$prefix/bin/opencode
      ;;
  esac
  echo "Next: $command offline help"
}

main "$@"
