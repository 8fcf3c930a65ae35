import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      "src/bpf/runtime/assembly/**",
      "src/bpf/runtime/runtime.wasm.ts",
      "probes/formats/perf-data/assembly/**",
      "probes/formats/strace/assembly/**",
      "probes/formats/perf-data/transcoder.wasm.ts",
      "probes/formats/strace/scanner.wasm.ts",
      "**/*.mjs",
      "**/*.js",
      "**/*.cjs",
    ],
  },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "max-lines": ["error", { max: 1000 }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  { files: ["test/**", "bench/**", "tooling/**"], rules: { "no-console": "off", "@typescript-eslint/require-await": "off" } },
);
