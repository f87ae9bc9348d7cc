#!/bin/sh
# Compares what is installed with the list that the kit came with. Uses no network, and nothing of the kit's own.
set -eu
# macOS may have it by its other name only.
command -v sha256sum >/dev/null || { command -v shasum >/dev/null && sha256sum() { shasum -a 256 "$@"; }; } || :

usage() {
  cat <<'END'
sh verify.sh [--key PUBLIC-KEY]

Compares bin/opencode and every file of the kit with SHA256SUMS beside this script, and names what was changed, added or
removed. With --key, the list must have been signed by that key (PEM, Ed25519 or ECDSA P-256), which openssl checks. Take
this script and the key from where nobody can have changed them: from the archive, not from the machine that is checked.
--prefix DIR checks what is installed there by the list beside this script.
Exit codes: 0 all is as it should be, 1 something is not, 2 it could not be checked.
END
}

fail() {
  printf '%s\n' "error: $1" "  why:  $2" "  next: $3" >&2
  exit 2
}

main() {
  key='' prefix=''
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --key) [ $# -gt 1 ] || fail "--key needs a file" "none was given" "sh verify.sh --help" ; key=$2; shift ;;
      --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder" "none was given" "sh verify.sh --help" ; prefix=$2; shift ;;
      *) fail "$1 is not an option" "only --key and --prefix are" "sh verify.sh --help" ;;
    esac
    shift
  done
  kit=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  list=$kit/SHA256SUMS
  [ -f "$list" ] || fail "$list is not there" "what should be installed is not known" "take it from the archive"
  command -v sha256sum >/dev/null ||
    fail "Nothing can be compared" "there is no sha256sum in PATH" "install coreutils or busybox"
  bad=0
  [ -z "$key" ] || check_signature
  check_lines
  cd -- "${prefix:-$kit/../..}"
  check_files
  check_more
  [ $bad -eq 0 ] || exit 1
  signed="Its signature was not checked (--key)."
  [ -z "$key" ] || signed="It is signed by $key."
  echo "$(wc -l <"$list" | tr -d ' ') files are as $list says. $signed"
}

finding() {
  printf '%s\n' "$1" >&2
  bad=1
}

check_signature() {
  [ -r "$key" ] || fail "$key cannot be read" "it is the public key that signed the list" "name the file"
  command -v openssl >/dev/null ||
    fail "The signature cannot be checked" "there is no openssl in PATH" "install it, or leave --key out"
  raw=$(mktemp) && trap 'rm -f "$raw"' EXIT
  openssl base64 -d -A -in "$list.sig" -out "$raw" 2>/dev/null || : >"$raw"
  case $(openssl pkey -pubin -in "$key" -noout -text 2>/dev/null | head -n 1) in
    ED25519*) openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$list" -sigfile "$raw" >/dev/null 2>&1 ;;
    *) openssl dgst -sha256 -verify "$key" -signature "$raw" "$list" >/dev/null 2>&1 ;;
  esac || finding "$list is not signed by $key"
}

check_lines() {
  wrong=$(LC_ALL=C grep -Ev '^[0-9a-f]{64}  (bin/opencode|lib/opencode-kit/[^"\[:cntrl:]]+)$' "$list" | head -n 5 || true)
  wrong=$wrong$(LC_ALL=C grep -E '^[^ ]*  (.*/)?\.\.(/.*)?$' "$list" | head -n 5 || true)
  [ -z "$wrong" ] || fail "$list names what is no file of the kit" "$wrong" "take it from the archive"
}

check_files() {
  said=$(LC_ALL=C sha256sum -c "$list" 2>&1) && all=yes || all=no
  changed=$(printf '%s\n' "$said" | grep -v ': OK$' | grep -Ev '^sha(256)?sum: WARNING' || true)
  [ -z "$changed" ] || finding "$changed"
  # It may also have died on the way.
  fine=$(printf '%s\n' "$said" | grep -c ': OK$' || true)
  [ -n "$changed" ] || { [ $all = yes ] && [ "$fine" -eq "$(grep -c '' "$list")" ]; } ||
    fail "Not every file could be compared" "sha256sum ended after $fine" "run it again, and look at what ends it"
}

# What is in no list, as it is made of it, or by the installer.
BESIDE='SHA256SUMS SHA256SUMS.sig sbom.cdx.json.sig sbom.spdx.json.sig provenance.dsse.json installed installed-folders installed-managed'

# Also a link: sha256sum follows it, and what it leads to is not what was installed.
check_more() {
  listed=$(sed 's,^[0-9a-f]*  ,,' "$list" && for name in $BESIDE; do echo "lib/opencode-kit/$name"; done)
  there=$(find lib/opencode-kit ! -type d)
  more=$(printf '%s\n' "$listed" "=" "$there" | LC_ALL=C awk '$0 == "=" { files = 1; next } files && !($0 in known) { print $0 " is there, but not in the list" } !files { known[$0] = 1 }')
  [ -z "$more" ] || finding "$more"
  links=$(find bin/opencode lib/opencode-kit -type l)
  [ -z "$links" ] || finding "$(printf '%s\n' "$links" | sed 's/$/ is a link/')"
}

main "$@"
