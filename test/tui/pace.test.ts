/** How much of the time drawing takes, and what playing does with the time that it has. */
import { describe, expect, test } from "vitest";
import { newMapSource } from "../../src/tui/model/map-source.ts";
import { ASCII } from "../../src/tui/draw/glyphs.ts";
import { newPace } from "../../src/tui/pace.ts";
import { newPlayer, SPEEDS } from "../../src/tui/player.ts";
import { utcClock } from "../../src/output/strftime.ts";
import type { ScriptMaps } from "../../src/session/script-maps.ts";
import { madeEvent, madeRecording } from "../support/made-recording.ts";
import { travel } from "../support/travel.ts";

describe("frames", () => {
  /** Frames of a second in which each takes so long, and the time that they take together. */
  function second(frameMs: number, isBusy: boolean): { frames: number; ms: number } {
    const pace = newPace();
    let [now, frames, ms] = [0, 0, 0];
    while (now < 1000) {
      if (pace.isDue(now)) {
        pace.drawn(now, now + frameMs, isBusy);
        frames++;
        ms += frameMs;
        now += frameMs;
      }
      now++;
    }
    return { frames, ms };
  }

  test("are at most thirty a second", () => {
    expect(second(0.1, false).frames).toBeLessThanOrEqual(30);
    expect(second(0.1, true).frames).toBeGreaterThan(25);
  });

  test("take a small part of the time, however dear they are", () => {
    for (const frameMs of [1, 3, 10, 20]) {
      const { frames, ms } = second(frameMs, true);
      expect(ms / 1000).toBeLessThan(0.05);
      expect(frames).toBeGreaterThan(0);
    }
    expect(second(20, false).frames).toBeGreaterThan(20);
  });

  test("come soon when somebody waits for one", () => {
    const pace = newPace();
    pace.drawn(0, 100, true);
    expect(pace.isDue(150)).toBe(false);
    pace.hurry(150);
    expect(pace.isDue(150)).toBe(true);
    expect(pace.waitMs(140)).toBe(10);
  });
});

test("a map that takes long to read is read rarely while there is other work, and at once when there is none", () => {
  let [now, reads] = [0, 0];
  const dump = (): ReturnType<ScriptMaps["dump"]> => {
    now += 10;
    reads++;
    return { name: "@", key: null, value: { kind: "count" }, entries: [] };
  };
  const source = newMapSource(
    () => ({ indices: [0], dump }) as unknown as ScriptMaps,
    () => now,
  );
  const context = { truncTrailer: "", clock: utcClock(0n), unitLabels: "value", symbol: () => null } as const;
  const options = { sort: "value down", filter: "", context, glyphs: ASCII } as const;
  for (let i = 0; i < 1000; i++, now++) source.read(`${i}`, options, true);
  expect(reads).toBeGreaterThan(1);
  expect(reads * 10).toBeLessThan(1000 * 0.05);
  const before = reads;
  const table = source.read("end", options, false);
  expect(reads).toBe(before + 1);
  // The same instant is not read again, in another order neither.
  expect(source.read("end", options, false)[0]).toBe(table[0]);
  source.read("end", { ...options, sort: "key up" }, false);
  expect(reads).toBe(before + 1);
});

describe("playing", () => {
  const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);
  const MS = 1_000_000n;

  async function playing() {
    // A microsecond apart each: 1 ms of events.
    const recording = await madeRecording(Array.from({ length: 1000 }, (_, n) => ({ event: tick, values: { n } })));
    const { replay } = travel("tracepoint:demo:tick { @ = count(); } END { @ended = 1; }", { recording });
    let now = 0;
    const player = newPlayer(
      () => replay,
      () => now,
    );
    const pass = (ms: number): void => {
      now += ms;
      player.work(12);
    };
    return { replay, player, pass };
  }

  test("goes by the clock, as many times as fast as is asked for", async () => {
    const { replay, player, pass } = await playing();
    const { ns } = replay.position();
    player.changeSpeed(SPEEDS.indexOf(0.001) - SPEEDS.indexOf(1), 0);
    pass(100);
    expect(replay.position().ns).toBe(ns);
    player.toggle(100);
    pass(100);
    expect(replay.position().ns).toBe(ns + MS / 10n);
    pass(200);
    expect(replay.position().ns).toBe(ns + (3n * MS) / 10n);
    player.changeSpeed(1, 400);
    pass(20);
    expect(replay.position().ns).toBe(ns + (5n * MS) / 10n);
    player.toggle(420);
    pass(1000);
    expect(player.isPlaying()).toBe(false);
    expect(replay.position().ns).toBe(ns + (5n * MS) / 10n);
  });

  test("stops at the end; from there it plays from the start, and a step on runs end probes", async () => {
    const { replay, player, pass } = await playing();
    player.changeSpeed(99, 0);
    expect(player.speed()).toBe("full");
    player.toggle(0);
    pass(1);
    expect(player.isPlaying()).toBe(false);
    expect(replay.position()).toMatchObject({ firings: 1000, phase: "ended" });
    player.step(1);
    expect(replay.position().phase).toBe("finished");
    player.step(1);
    expect(replay.position().phase).toBe("finished");
    player.step(-1);
    expect(replay.position()).toMatchObject({ firings: 1000, phase: "ended" });
    player.step(-3);
    expect(replay.position().firings).toBe(997);
    player.seekEnd();
    player.toggle(0);
    expect(replay.position()).toMatchObject({ firings: 0, phase: "running" });
  });

  test("columns of the timeline lead through all of it, however many there are", async () => {
    const { replay, player } = await playing();
    const range = { startNs: replay.firstNs!, endNs: replay.lastNs() };
    for (const cols of [7, 100]) {
      player.seekStart();
      let steps = 0;
      for (; replay.position().phase === "running" && steps < 200; steps++) player.moveColumns(1, cols, range);
      expect(steps).toBeLessThanOrEqual(cols + 1);
      for (let i = 0; i < cols + 1; i++) player.moveColumns(-1, cols, range);
      expect(replay.position().firings).toBe(0);
    }
  });
});
