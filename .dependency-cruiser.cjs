/** The import rules of ARCHITECTURE.md. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(lang|probes|src|node_modules)/|^node:", pathNot: allowed },
});
const NODE = { dependencyTypes: ["core"] };
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "not-to-test", severity: "error", from: { path: "^(lang|probes|src)/" }, to: { path: "^(test|bench|tooling)/" } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "lang-is-pure", severity: "error", from: { path: "^lang/" }, to: { path: "^(probes|src)/" } },
    { name: "lang-no-node", severity: "error", from: { path: "^lang/" }, to: NODE },
    {
      name: "chevrotain-stays-in-parse",
      severity: "error",
      from: { pathNot: "^(lang/(lex|parse)|node_modules)/" },
      to: { path: "node_modules/(@)?chevrotain" },
    },
    only("probes-know-lang-types", "^probes/", "^(probes/|lang/(types|catalogue|registers)|node_modules/zstddec)"),
    {
      name: "probes-fs-in-one-file",
      severity: "error",
      from: { path: "^probes/", pathNot: "^probes/file\\.ts$" },
      to: { ...NODE, path: "^(node:)?fs" },
    },
    only("bpf-knows-nobody", "^src/bpf/", "^src/bpf/"),
    { name: "bpf-no-node", severity: "error", from: { path: "^src/bpf/" }, to: NODE },
    only("codegen", "^src/codegen/", "^(src/codegen/|lang/(ir|types|catalogue|diagnostics)|src/bpf/(isa|spec|memory|object|helpers))"),
    { name: "codegen-no-node", severity: "error", from: { path: "^src/codegen/" }, to: NODE },
    only("needs", "^src/needs/", "^(src/needs/|lang/|probes/)"),
    { name: "needs-no-node", severity: "error", from: { path: "^src/needs/" }, to: NODE },
    {
      name: "session-not-faces",
      severity: "error",
      from: { path: "^src/session/" },
      to: { path: "^src/(output|workspace|cli|repl|tui)/" },
    },
    only("output", "^src/output/", "^(src/output/|src/session/|lang/(types|ir|catalogue|diagnostics))"),
    { name: "output-no-node", severity: "error", from: { path: "^src/output/" }, to: NODE },
    only("workspace", "^src/workspace/", "^(src/(workspace|session|output)/|src/bpf/machine-types|lang/|probes/)"),
    { name: "workspace-no-node", severity: "error", from: { path: "^src/workspace/" }, to: NODE },
    only("repl", "^src/repl/", "^(src/(repl|workspace|session|output|codegen|bpf)/|lang/|probes/|node:)"),
    only("tui", "^src/tui/", "^(src/(tui|workspace|session|output)/|lang/(types|diagnostics)|node_modules/blessed/|node:)"),
    {
      name: "blessed-stays-in-one-file",
      severity: "error",
      from: { path: "^(lang|probes|src)/", pathNot: "^src/tui/(screen|blessed\\.d)\\.ts$" },
      to: { path: "node_modules/blessed" },
    },
    {
      name: "faces-apart",
      severity: "error",
      from: { path: "^src/(cli|repl|tui)/" },
      to: { path: "^src/(cli|repl|tui)/", pathNot: "^src/$1/", dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    exclude: { path: "^(src/bpf/runtime|probes/formats/(perf-data|strace))/assembly/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
