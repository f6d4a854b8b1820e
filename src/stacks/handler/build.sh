#!/usr/bin/env bash
# Makes dist/index.js and dist/LICENSES.txt from the modules beside this script. The same input gives the same bytes:
# the lock fixes every package, esbuild's output has neither time nor path in it. Needs Node 20 or newer and npm.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

# The Rust test `handler::the_bundle_is_that_of_its_sources` computes it too.
sources=$(sha256sum *.mjs build.sh package.json package-lock.json | sha256sum | cut -d' ' -f1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp *.mjs package.json package-lock.json "$work"
here=$PWD
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --silent
node_modules/.bin/esbuild index.mjs --bundle --minify --platform=node --target=node20 --format=cjs \
  --external:pg-native --legal-comments=none --log-level=warning --metafile=meta.json \
  --banner:js="// Made by build.sh. sources sha256:$sources
// Contains software of others: LICENSES.txt." --outfile=index.js
node - > LICENSES.txt <<'EOF'
// The licences of the packages that the bundle contains.
const { readFileSync, readdirSync } = require('node:fs');
const inputs = Object.keys(JSON.parse(readFileSync('meta.json')).inputs);
const names = new Set(inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
for (const name of [...names].sort()) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file ? readFileSync(`${folder}/${file}`, 'utf8').trim() : `Licence: ${license}`;
  console.log(`${name} ${version}\n\n${text.replace(/\r/g, '')}\n\n${'-'.repeat(80)}\n`);
}
EOF
mkdir -p "$here/dist"
cp index.js LICENSES.txt "$here/dist/"
