#!/usr/bin/env bash
# Builds packages and images of agent and gateway from the class files of one build; `drawbridge package` and `mvn -Ppackage package` call it.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
linux=$root/installer/linux

usage() {
  cat >&2 <<'USAGE'
usage: drawbridge package [--out DIR] [--version V] [--sign-key FILE] [--without-cache] [--formats LIST]

  --out DIR         where the packages are written; default target/packages
  --version V       default: the version of pom.xml, a snapshot's with date and commit
  --sign-key FILE   an RSA or EC private key, PEM: signs SHA256SUMS into SHA256SUMS.sig
  --without-cache   no AOT cache; what is built twice is then the same to the last byte
  --formats LIST    of tar, deb, rpm, oci, zip; default: all
USAGE
  exit 2
}

fail() {
  printf 'drawbridge package: %s\n' "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*" >&2; }

out=$root/target/packages version='' key='' cache=yes formats=tar,deb,rpm,oci,zip
while [ $# -gt 0 ]; do
  case $1 in
    --out | --version | --sign-key | --formats)
      [ $# -ge 2 ] || usage
      case $1 in
        --out) out=$2 ;;
        --version) version=$2 ;;
        --sign-key) key=$2 ;;
        --formats) formats=$2 ;;
      esac
      shift 2
      ;;
    --without-cache) cache=no && shift ;;
    *) usage ;;
  esac
done
[ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/jlink" ] || fail "JAVA_HOME names no JDK with jlink. Fix: start with ./drawbridge package, which finds one"
[ "$(uname -sm)" = "Linux x86_64" ] || fail "these packages are for Linux x86-64 and are built there"
[ -z "$key" ] || [ -r "$key" ] || fail "cannot read $key. Fix: name a private key in PEM form"
[ -z "$key" ] || key=$(realpath "$key")
[[ $formats =~ ^(tar|deb|rpm|oci|zip)(,(tar|deb|rpm|oci|zip))*$ ]] || usage

# Times in the packages are those of the commit; an archive without git has a fixed one.
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH=$epoch
if [ -z "$version" ]; then
  version=$(sed -n 's/^  <version>\(.*\)<\/version>$/\1/p' "$root/pom.xml" | head -n 1)
  commit=$(git -C "$root" rev-parse --short=9 HEAD 2>/dev/null || echo unknown)
  version=${version/-SNAPSHOT/"~$(date -u -d "@$epoch" +%Y%m%d).$commit"}
fi
[[ $version =~ ^[0-9][0-9A-Za-z.~]*$ ]] || fail "$version is no version. Fix: digits, letters, dots and ~ only"

mkdir -p "$out"
out=$(cd "$out" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck source=installer/stage.sh
. "$root/installer/stage.sh"
# shellcheck source=installer/formats.sh
. "$root/installer/formats.sh"
# shellcheck source=installer/oci.sh
. "$root/installer/oci.sh"
# shellcheck source=installer/windows.sh
. "$root/installer/windows.sh"

# shellcheck source=installer/sbom.sh
. "$root/installer/sbom.sh"

# Both at once: each is bound to one core for most of the time.
both() {
  local step=$1 one other
  "$step" agent &
  one=$!
  "$step" gateway &
  other=$!
  wait "$one" && wait "$other" || exit 1
  took "$step"
}

pack() {
  local name=$1 format
  for format in ${formats//,/ }; do "pack_$format" "$name"; done
  bill "$name"
}

took() { printf '  %-7s %3d s\n' "$1" "$SECONDS" >&2; }

say "runtimes and libraries"
both stage
if [ "$cache" = yes ]; then
  say "training both programs with calls through a whole bridge"
  train
  took train
  both cache
fi
say "packages"
both pack
cd "$out"
sort "$work/made" | xargs sha256sum >SHA256SUMS
rm -f SHA256SUMS.sig
if [ -n "$key" ]; then openssl dgst -sha256 -sign "$key" -out SHA256SUMS.sig SHA256SUMS; fi
sort "$work/made" | xargs ls -l | awk '{ printf "%11d  %s\n", $5, $NF }'
