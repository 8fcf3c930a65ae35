// dist/cli.js: runs the bundle beside it with the code that V8 compiled for it at build time. Another version of node refuses that code
// (it is bound to V8's version and flags) and compiles the bundle as usual, which takes some 30 ms longer.
"use strict";
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { Script } = require("node:vm");

// The build puts the hash of the bundle for BUNDLE: V8 itself compares no more than the length of a script with its code.
const filename = path.join(__dirname, "hindsight-BUNDLE.cjs");

function codeCache() {
  try {
    return readFileSync(filename.replace(/cjs$/, "cache"));
  } catch {
    return undefined;
  }
}

const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
const script = new Script(source, { filename, cachedData: codeCache() });
const main = { exports: {} };
script.runInThisContext()(main.exports, require, main, filename, __dirname);
// For the build: what has been compiled by the end of this run.
exports.compiledCode = () => script.createCachedData();
