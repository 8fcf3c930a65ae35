/** trace-cmd report with options that print records otherwise: the same calls of one recording (trace-cmd 3.1.6, Linux 6.1). */
import { expect, test } from "vitest";
import { ofReport, openText, printed } from "./support.ts";

const head = (time: string, event: string): string => `       trace-cmd-809   [001]   ${time}: ${event.padEnd(21)} `;
const text = (...lines: readonly string[]): string => ["cpus=2", ...lines, ""].join("\n");

const plain = text(
  `${head("239.103584", "funcgraph_entry:")}                  |    finish_task_switch.isra.0() {`,
  `${head("239.103586", "funcgraph_entry:")}       1.281 us   |      _raw_spin_unlock();`,
  `${head("239.103589", "funcgraph_exit:")}        5.387 us   |    }`,
);
const withoutPlugins = text(
  `${head("239.103584", "funcgraph_entry:")}--> finish_task_switch.isra.0 (1)`,
  `${head("239.103586", "funcgraph_entry:")}--> _raw_spin_unlock (2)`,
  `${head("239.103587", "funcgraph_exit:")}<-- _raw_spin_unlock (2) (start: 37ad075d42  end: 37ad076243) over: 2`,
  `${head("239.103589", "funcgraph_exit:")}<-- finish_task_switch.isra.0 (1) (start: 37ad075641  end: 37ad076b4c) over: 1`,
);
const debug = text(
  "CPU:1 [SUBBUFFER START] [239102464664:0x32000]",
  `${head("239.103584", "funcgraph_entry:")}                  |    finish_task_switch.isra.0() { [6609:0x6c:20]`,
  " TIME EXTEND: delta:216714723 length:0",
  `${head("239.103586", "funcgraph_entry:")}       1.281 us   |      _raw_spin_unlock(); [1643:0x84:20]`,
  `${head("239.103589", "funcgraph_exit:")}        5.387 us   |    } [1932:0xc8:40]`,
).replace(/^/, "version = 7\n");

const SCRIPT = `kprobe:* { printf("%s %llu\\n", probe, nsecs / 1000) } kretprobe:* { printf("%s %llu\\n", probe, nsecs / 1000) }`;
const entries = ["kprobe:finish_task_switch.isra.0 239103584", "kprobe:_raw_spin_unlock 239103586"];
const returns = ["kretprobe:_raw_spin_unlock 239103587", "kretprobe:finish_task_switch.isra.0 239103589"];

test.each([
  ["as it is", plain],
  ["-N", withoutPlugins],
  ["--debug", debug],
])("function_graph, %s", async (_name, lines) => {
  const recording = await openText(lines, "trace-cmd report text");
  expect(recording.info.warnings).toEqual([]);
  expect(await printed(SCRIPT, recording)).toEqual([...entries, ...returns]);
});

test("function_graph, -N: addresses that older kernels print", async () => {
  const lines = withoutPlugins.replaceAll("_raw_spin_unlock", "ffffffff8158c3f0");
  const kallsyms = "ffffffff8158c3f0 T _raw_spin_unlock\n";
  expect(await ofReport(lines, "kprobe:_raw_spin_unlock { @ = count() }", { kallsyms })).toEqual(["@: 1"]);
});

test("--debug: fields of events", async () => {
  const lines = text(
    "CPU:0 [SUBBUFFER START] [310350334838:0x1000]",
    "            bash-897   [000]   310.567050: sys_exit_futex:       0x3 [0:0x4c:48]",
    "            bash-897   [000]   310.567051: task_rename:          pid=943 oldcomm=bash newcomm=hssh oom_score_adj=0 [3715941:0xb4:48]",
  );
  const script = `t:syscalls:sys_exit_futex { @ret = args.ret } t:task:task_rename { @adj = args.oom_score_adj }`;
  expect(await ofReport(lines, script)).toEqual(["@adj: 0", "@ret: 3"]);
});
