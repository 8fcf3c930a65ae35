/** Helpers one by one, called as programs call them. */
import { describe, expect, test } from "vitest";
import { CURRENT_BLOCK, current, missing, MISSING_BLOCK, PUMP_BLOCK, STACK_BASE } from "../../../src/bpf/memory.ts";
import { helpers } from "../../../src/bpf/helpers/table.ts";
import { bareRuntime, mapSpec, u32Key, type BareRuntime } from "../../support/runtime.ts";

const RECORD = 500_000;
const text = new TextEncoder();

/** A record of those bytes is being handled. */
function withRecord(
  bytes: Uint8Array = new Uint8Array(64),
): BareRuntime & { count: (kind: keyof typeof missing) => number; nextEvent: () => void } {
  const bare = bareRuntime([mapSpec("array", { maxEntries: 4, valueSize: 64 })]);
  bare.bytes.set(bytes, RECORD);
  bare.view.setUint32(CURRENT_BLOCK + current.recordAddr, RECORD, true);
  bare.view.setUint32(CURRENT_BLOCK + current.recordLen, bytes.length, true);
  return {
    ...bare,
    count: (kind) => bare.view.getUint32(MISSING_BLOCK + missing[kind], true),
    nextEvent: () => {
      bare.view.setUint32(CURRENT_BLOCK + current.serial, bare.view.getUint32(CURRENT_BLOCK + current.serial, true) + 1, true);
    },
  };
}

const TO = STACK_BASE;
const KERNEL_ADDRESS = 0xffff888012345678n;
const USER_ADDRESS = 0x7ffc12345678n;

describe("probe_read", () => {
  const content = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

  test.each(["probe_read", "probe_read_kernel"])("%s reads the record, and no byte beyond it", (name) => {
    const { helper, bytes } = withRecord(content);
    expect(helper(name, TO, 8, RECORD + 56)).toBe(0n);
    expect([...bytes.slice(TO, TO + 8)]).toEqual([57, 58, 59, 60, 61, 62, 63, 64]);
    bytes.fill(0xaa, TO, TO + 16);
    expect(helper(name, TO, 9, RECORD + 56)).toBe(-14n);
    expect([...bytes.slice(TO, TO + 10)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa]);
    expect(helper(name, TO, 1, RECORD + 64)).toBe(-14n);
    expect(helper(name, TO, 1, RECORD - 1)).toBe(-14n);
    expect(helper(name, TO, 0, KERNEL_ADDRESS)).toBe(0n);
  });

  test("maps and the stack can be read, the machine's own state cannot", () => {
    const { helper, layouts, handles, bytes } = withRecord();
    handles[0]!.update(u32Key(0), new Uint8Array(64).fill(9), 0n);
    const { elements } = layouts[0]!;
    expect(helper("probe_read_kernel", TO, 4, elements)).toBe(0n);
    expect([...bytes.slice(TO, TO + 4)]).toEqual([9, 9, 9, 9]);
    expect(helper("probe_read_kernel", TO + 64, 4, TO)).toBe(0n);
    expect([...bytes.slice(TO + 64, TO + 68)]).toEqual([9, 9, 9, 9]);
    // Offsets of members behind a NULL pointer, the current block, the pump's state, the end of memory, and addresses that would wrap.
    for (const address of [1, 500, CURRENT_BLOCK, PUMP_BLOCK, bytes.length - 4, bytes.length, 0xffff_fffc, 0x1_0000_0000 + elements, -4]) {
      expect(helper("probe_read_kernel", TO, 4, BigInt.asUintN(64, BigInt(address)))).toBe(-14n);
    }
  });

  test("user memory is in no recording, even where its addresses look like ours", () => {
    const { helper, bytes, count } = withRecord(content);
    bytes.fill(0xaa, TO, TO + 16);
    expect(helper("probe_read_user", TO, 16, RECORD)).toBe(-14n);
    expect([...bytes.slice(TO, TO + 16)]).toEqual(Array(16).fill(0));
    expect(helper("probe_read_user_str", TO, 16, RECORD)).toBe(-14n);
    expect(count("userMemory")).toBe(1);
    expect(helper("probe_read_user", TO, 0, USER_ADDRESS)).toBe(0n);
  });

  test("what is missing is counted by side and once per event, and NULL is no address", () => {
    const { helper, count, nextEvent } = withRecord();
    for (const name of [
      "probe_read",
      "probe_read_str",
      "probe_read_user",
      "probe_read_kernel",
      "probe_read_user_str",
      "probe_read_kernel_str",
    ]) {
      expect(helper(name, TO, 8, 0)).toBe(-14n);
    }
    expect([count("userMemory"), count("kernelMemory")]).toEqual([0, 0]);
    helper("probe_read", TO, 8, USER_ADDRESS);
    helper("probe_read_user", TO, 8, USER_ADDRESS);
    helper("probe_read", TO, 8, KERNEL_ADDRESS);
    expect([count("userMemory"), count("kernelMemory")]).toEqual([1, 1]);
    nextEvent();
    helper("probe_read_kernel_str", TO, 8, KERNEL_ADDRESS);
    expect([count("userMemory"), count("kernelMemory")]).toEqual([1, 2]);
  });
});

describe("probe_read_str", () => {
  const record = new Uint8Array(64);
  record.set(text.encode("hello\0world"), 16);
  record.fill(65, 60, 64);

  test.each([
    ["whole", 16, 16, 6n, "hello\0"],
    ["exactly", 16, 6, 6n, "hello\0"],
    ["cut", 16, 4, 4n, "hel\0"],
    ["room for the NUL alone", 16, 1, 1n, "\0"],
    ["empty", 30, 8, 1n, "\0"],
    ["up to the end of the record", 60, 16, 5n, "AAAA\0"],
    ["no room", 16, 0, 0n, ""],
  ])("%s", (_, offset, size, length, expected) => {
    for (const name of ["probe_read_str", "probe_read_kernel_str"]) {
      const { helper, bytes } = withRecord(record);
      bytes.fill(0xaa, TO, TO + 32);
      expect(helper(name, TO, size, RECORD + offset)).toBe(length);
      expect([...bytes.slice(TO, TO + 32)]).toEqual([...text.encode(expected), ...Array<number>(32 - expected.length).fill(0xaa)]);
    }
  });

  test("a failed read leaves zeros", () => {
    const { helper, bytes } = withRecord(record);
    bytes.fill(0xaa, TO, TO + 8);
    expect(helper("probe_read_kernel_str", TO, 8, KERNEL_ADDRESS)).toBe(-14n);
    expect([...bytes.slice(TO, TO + 8)]).toEqual(Array(8).fill(0));
  });
});

test.each([
  ["abc", "abc", 4, 0n],
  ["abc", "abd", 4, -1n],
  ["abd", "abc", 4, 1n],
  ["abc", "abx", 2, 0n],
  ["abc", "ab", 4, 1n],
  ["ab\0x", "ab\0y", 4, 0n],
  ["\u{ff}", "a", 1, 1n],
  ["a", "b", 0, 0n],
])("strncmp(%j, %j, %i)", (a, b, size, expected) => {
  const { helper, put } = bareRuntime([]);
  const first = put(text.encode(`${a}\0\0\0`), 0);
  const second = put(text.encode(`${b}\0\0\0`), 1);
  expect(helper("strncmp", first, size, second)).toBe(expected);
});

test("get_current_comm pads with zeros and always ends with one", () => {
  const { helper, bytes, view } = bareRuntime([]);
  view.setUint32(CURRENT_BLOCK + current.host, 1, true);
  bytes.set(text.encode("fifteen-letters"), CURRENT_BLOCK + current.hostComm);
  for (const [size, expected] of [
    [16, "fifteen-letters\0"],
    [20, "fifteen-letters\0\0\0\0\0"],
    [8, "fifteen\0"],
    [1, "\0"],
  ] as const) {
    bytes.fill(0xaa, TO, TO + 32);
    expect(helper("get_current_comm", TO, size)).toBe(0n);
    expect(new TextDecoder().decode(bytes.slice(TO, TO + size))).toBe(expected);
    expect(bytes[TO + size]).toBe(0xaa);
  }
  expect(helper("get_current_comm", TO, 0)).toBe(-22n);
});

test("prandom is splitmix64's upper half (values published with the algorithm, seed 1234567)", () => {
  const { helper, view } = bareRuntime([]);
  view.setBigUint64(CURRENT_BLOCK + current.randState, 1234567n, true);
  const published = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n, 16408922859458223821n];
  expect(published.map(() => helper("get_prandom_u32"))).toEqual(published.map((value) => value >> 32n));
});

test("clocks are the recording's", () => {
  const { helper, view, setCpu } = bareRuntime([]);
  view.setBigUint64(CURRENT_BLOCK + current.ts, 12_000_000_001n, true);
  setCpu(3);
  expect(["ktime_get_ns", "ktime_get_boot_ns", "ktime_get_tai_ns"].map((name) => helper(name))).toEqual(Array(3).fill(12_000_000_001n));
  // 300 s before the counter of 32 bits wraps, then 3000 ticks of 4 ms.
  expect(helper("jiffies64")).toBe(2n ** 32n - 300n * 250n + 3000n);
  expect(helper("get_smp_processor_id")).toBe(3n);
});

test("what the recording does not tell of the task is 0 and counted", () => {
  const { helper, count, view } = withRecord();
  view.setUint32(CURRENT_BLOCK + current.tid, 7, true);
  expect(["get_current_uid_gid", "get_current_cgroup_id"].map((name) => helper(name))).toEqual([0n, 0n]);
  expect([count("uid"), count("gid"), count("cgroup")]).toEqual([1, 1, 1]);
});

/** Callbacks are written out by the JIT and run by the interpreter; stack traces and NUMA nodes are not in this machine yet. */
const elsewhere = new Set(["loop", "for_each_map_elem", "get_stackid", "get_stack", "get_numa_node_id"]);

test.each(Object.values(helpers).filter(({ name }) => !elsewhere.has(name)))(
  "bpf_$name is exported with its arguments",
  ({ name, args }) => {
    const { runtime } = bareRuntime([]);
    const exported = (runtime as unknown as Record<string, { length: number } | undefined>)[`bpf_${name}`];
    expect(exported?.length).toBe(args.length);
  },
);
