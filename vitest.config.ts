import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests that say `concurrent` wait for other programs; more of them at once would only wait longer.
    maxConcurrency: 2,
  },
});
