#!/bin/sh
# Fetches Debian's source of mbedTLS, which the emulated chips' PSA is built of, into build/mbedtls. Needs no root.
set -eu
cd "$(dirname "$0")/../build" 2>/dev/null || { mkdir -p "$(dirname "$0")/../build" && cd "$(dirname "$0")/../build"; }
[ -d mbedtls/library ] && exit 0
rm -rf sources && mkdir -p sources/lists/partial sources/parts
for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] && sed 's/^Types: .*/Types: deb-src/' "$list" >"sources/parts/$(basename "$list")"
done
[ -f /etc/apt/sources.list ] && sed -n 's/^deb\(-src\)\{0,1\} /deb-src /p' /etc/apt/sources.list >sources/parts/list.list
cd sources
apt="apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$PWD/parts -o Dir::State::lists=$PWD/lists"
$apt update
$apt source --download-only mbedtls
mkdir unpacked
tar -xzf mbedtls_*.orig.tar.gz -C unpacked --strip-components=1
cd ..
mv sources/unpacked mbedtls
rm -rf sources
