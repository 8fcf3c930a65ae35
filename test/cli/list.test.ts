/** -l and -lv. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { btfBlob } from "../support/btf-blob.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

const SAMPLE = ["--trace", "probes/samples/nightly-report.dat"];
const list = async (...words: string[]): Promise<string> => (await runCommand([...SAMPLE, ...words])).stdout;

test("row 8.12: all probes, those of a pattern, of several, of part of a name", async () => {
  const all = await list("-l");
  expect(all).toMatch(/^interval:hz:\n/);
  expect(all).toContain("tracepoint:sched:sched_switch\n");
  expect(await list("-l", "*")).toBe(all);
  expect(await list("-l", "tracepoint:sched:sched_w*")).toBe("tracepoint:sched:sched_wakeup\n");
  expect(await list("-l", "t:sched:sched_wakeup,  tracepoint:sched:sched_switch")).toBe(
    "tracepoint:sched:sched_wakeup\ntracepoint:sched:sched_switch\n",
  );
  expect(await list("-l", "*sched_w*")).toBe("tracepoint:sched:sched_wakeup\n");
  expect(await list("-l", "t:sched_wakeup")).toBe("tracepoint:sched:sched_wakeup\n");
  expect(await list("-l", "nothing_like_it")).toBe("");
});

test("row 8.13: a line a probe, sorted, units and events with a colon", async () => {
  const lines = (await list("-l", "tracepoint:*")).trimEnd().split("\n");
  expect(lines).toEqual([...lines].sort());
  expect(await list("-l", "interval:*")).toBe("interval:hz:\ninterval:ms:\ninterval:s:\ninterval:us:\n");
  expect(await list("-l", "i:hz")).toBe("interval:hz:\n");
  expect(await list("-l", "profile:*")).toBe("profile:hz:\nprofile:ms:\nprofile:s:\nprofile:us:\n");
  expect(await list("-l", "software:c*")).toBe(
    "software:context-switches:\nsoftware:cs:\nsoftware:cpu-clock:\nsoftware:cpu:\nsoftware:cpu-migrations:\n",
  );
  expect(await list("-l", "h:*cycles*")).toBe("hardware:bus-cycles:\nhardware:cpu-cycles:\nhardware:cycles:\nhardware:ref-cycles:\n");
});

test("probes on recorded samples, at the rate that these have", async () => {
  const listOf = async (name: string, ...words: string[]): Promise<string[]> => {
    const path = unpackedFixture(`traces/${name}/perf.data`);
    return (await runCommand(["--trace", path, "-l", ...words])).stdout.trimEnd().split("\n");
  };
  const all = await listOf("s14-profile");
  const sampled = all.filter((name) => !name.startsWith("interval:") && !name.startsWith("tracepoint:"));
  expect(sampled).toEqual(["profile:hz:199", "software:cpu-clock:"]);
  // A program at that rate is told of no other.
  const { stdout, stderr } = await runCommand([
    "--trace",
    unpackedFixture("traces/s14-profile/perf.data"),
    "-e",
    "profile:hz:199 { @ = 1; }",
  ]);
  expect([stdout.trim(), stderr]).toEqual(["@: 1", "Attached 1 probe\n"]);
});

test("row 8.14: a file name that is none is a pattern, with a word about it", async () => {
  expect(await runCommand([...SAMPLE, "-l", "x.bt"])).toEqual({
    stdout: "",
    stderr: "WARNING: It appears that 'x.bt' is a filename but the file does not exist. Treating 'x.bt' as a search pattern.\n",
    status: 0,
  });
});

test("row 8.15: the probes of a program, without begin, end and self", async () => {
  const program =
    "begin {} tracepoint:sched:sched_w*, t:sched:sched_switch { @ = 1; } self:signal:SIGUSR1 {} interval:s:1 {} end { clear(@); }";
  const want = "tracepoint:sched:sched_wakeup\ntracepoint:sched:sched_switch\ninterval:s:1\n";
  expect(await list("-l", "-e", program)).toBe(want);
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-list-")), "x.bt");
  writeFileSync(path, program);
  expect(await list("-l", path)).toBe(want);
  const { stderr, status } = await runCommand([...SAMPLE, "-l", "-e", "t:sched:none {}"]);
  expect(stderr).toContain("ERROR: Tracepoint not found: sched:none");
  expect(status).toBe(1);
});

test("row 8.16: -lv lists the fields too", async () => {
  const want = `tracepoint:syscalls:sys_enter_openat
    int __syscall_nr
    int dfd
    const char * filename
    int flags
    umode_t mode
`;
  expect(await list("-lv", "tracepoint:syscalls:sys_enter_openat")).toBe(want);
  expect(await list("-lv", "-e", "t:syscalls:sys_enter_openat {}")).toBe(want);
});

const TYPES = ["--btf", fixturePath("btf/types.btf")];

test("row 8.17: definitions of the kernel's types", async () => {
  expect(await list(...TYPES, "-lv", "struct outer")).toBe(`vmlinux: struct outer {
	const volatile u32 id;
	union word word;
	struct {
		int x;
		union {
			int y;
			float z;
		};
	};
	struct inner in[3];
	struct outer *next;
	counter_t count;
	unsigned int flag: 1;
	unsigned int mode: 5;
	unsigned int rest: 20;
	enum color color;
	enum big big;
	int (*call)(struct outer *, const char *, ...);
	bool_t ok;
	char tail[];
};
`);
  expect(await list(...TYPES, "-lv", "union word, enum color")).toBe(
    "vmlinux: union word {\n\tu32 whole;\n\tstruct {\n\t\tunsigned short low;\n\t\tunsigned short high;\n\t};\n};\n" +
      "vmlinux: enum color {\n\tRED = 0,\n\tGREEN = 7,\n\tBLUE = 4294967295,\n};\n",
  );
});

test("row 8.17: names of types by pattern, sorted", async () => {
  expect(await list(...TYPES, "-l", "struct *")).toBe("vmlinux: struct inner\nvmlinux: struct outer\n");
  expect(await list(...TYPES, "-l", "enum c*")).toBe("vmlinux: enum color\n");
  expect(await list(...TYPES, "-l", "struct nothing")).toBe("");
});

test("row 8.16: arguments of probed functions, by the recorder's names or with the kernel's types", async () => {
  const recorded = [
    "--trace",
    fixturePath("traces/s07-kprobes/trace.dat"),
    "--dynamic-events",
    fixturePath("traces/s07-kprobes/kprobe_events.txt"),
  ];
  const listed = async (...words: string[]): Promise<string> => (await runCommand([...recorded, ...words])).stdout;
  expect(await listed("-lv", "fentry:vfs_unlink")).toBe("fentry:vmlinux:vfs_unlink\n    u64 arg1\n    u64 arg2\n    u64 arg3\n");
  const blob = btfBlob();
  const pointer = blob.add(2, "", blob.add(7, "inode", 0));
  const int = blob.add(1, "int", 4, [(1 << 24) | 32]);
  blob.add(12, "vfs_unlink", blob.add(13, "", int, [blob.name("mnt"), pointer, blob.name("dir"), pointer], 2), [], 1);
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-list-")), "types.btf");
  writeFileSync(path, blob.bytes());
  expect(await listed("--btf", path, "-lv", "fentry:vfs_unlink,kretprobe:vfs_unlink")).toBe(
    "fentry:vmlinux:vfs_unlink\n    struct inode * mnt\n    struct inode * dir\n    u64 arg3\nkretprobe:vfs_unlink\n    int retval\n",
  );
});

test("without a recording there is little to list, and a word about it", async () => {
  const { stdout, stderr } = await runCommand(["-l"]);
  expect(stdout).toBe("interval:hz:\ninterval:ms:\ninterval:s:\ninterval:us:\n");
  expect(stderr).toBe("HINT: no recording: pass --trace FILE (or --sample) to list the probes that it holds\n");
});
