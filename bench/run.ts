/** Every benchmark in turn, alone: `npm run bench`, or `npm run bench -- replay`. */
const all = ["startup", "compile", "vm", "replay", "readers", "perf-readers", "line-readers", "tracers", "travel", "tui"] as const;
const wanted = process.argv.slice(2);
for (const name of all) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}\n${"-".repeat(name.length)}`);
  await import(`./${name}.ts`);
}
