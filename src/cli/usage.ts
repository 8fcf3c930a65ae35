export const VERSION = "0.1.0";

export const USAGE = `USAGE:
    hindsight [options] FILE [params]            run a script over a recording
    hindsight [options] - [params]               read the script from stdin
    hindsight [options] -e 'PROGRAM' [params]    run a one-liner
    use -- behind them for the script's own options (--name=value)
    hindsight -l [PATTERN | FILE] --trace FILE   list the probes of a recording (-lv: with fields)
    hindsight tui [options] FILE | -e 'PROGRAM'  play it in the terminal: maps, output and timeline, back and forth
    hindsight info FILE                          say what a recording holds
    hindsight convert RECORDING --to FILE        write it as JSON lines (.jsonl) or trace.dat (.dat)
    hindsight repl [SCRIPT] --trace FILE         try programs out, and move through the recording
    hindsight plan SCRIPT [-p PID | -- COMMAND]  print the commands that record what a script needs
    hindsight record SCRIPT -- COMMAND           record that of a command's own processes, then replay it (root)

RECORDING:
    --trace [NAME=]FILE  recording to replay; - is the standard input. Several merge by their clock,
                       and the script's builtin recording is the name of the event's own
    --strict           what the recording lost, or lacks for the script, is an error (exit status 1)
    --workers N        threads (1) for scripts that only add up: count(), sum(), hist() … by the event's own fields
    --clock-offset [NAME=]TIME  add to the times of that recording (else of all but the first)
    --sample           replay the recording that comes with hindsight
    --from TIME        fire probes from this time on: seconds of the recording's clock (12.5),
    --to TIME          or relative to its first event (+0.2, +15ms); --to is exclusive
    --dynamic-events FILE  definitions of the recorded kprobes and uprobes (kprobe_events, uprobe_events)
    --events-from FILE what events look like, for text and for a perf.data that was cut: a trace.dat or
                       perf.data of that kernel, or a copy of tracefs events/ (text: those of Linux 6.1)
    --kallsyms FILE    kernel symbols (/proc/kallsyms), where the recording has none
    --btf FILE         types of the recorded kernel (a copy of its /sys/kernel/btf/vmlinux, or a
                       file with a .BTF section), where the recording has none
    --maps FILE        mappings of the recorded process (/proc/PID/maps), for its symbols
    --symfs DIR        where the files are that it mapped, by path or by name
    --boot-time TIME   epoch seconds of the recorded machine's boot, for wall-clock times
    --tz ZONE          time zone of printed times (default UTC; 'local' for this machine's)
    --seed N           seed of rand (default 1)

PLAN, RECORD:
    --tool NAME        'trace-cmd', 'tracefs' or 'perf' (default: what fits the script)
    --dir DIR          where the recording is kept (default hindsight-recording)
    -f json            the plan as data

OPTIONS:
    -e PROGRAM         run this program
    -l [PATTERN]       list probes
    -p, --pid PID      only events of this process
    --probe-filter RE  only probes whose name matches the regular expression
    -o, --output FILE  write the program's output to FILE
    -f FORMAT          output format: 'text' or 'json'; or the maps as one document: 'folded', 'speedscope',
                       'pprof' (stacks), 'svg' (flame graphs and charts)
    -B MODE            output buffering: 'line', 'full' or 'none' (default line)
    -q, --quiet        no «Attached N probes»
    -k, --warnings     emit a warning when a map lookup or memory read fails
    --no-warnings      no warnings
    --no-progress      do not say on a terminal how far a long replay is
    -v, --verbose      verbose messages
    -I DIR             search headers in DIR
    --include FILE     include this header before the script's own definitions
    --unsafe           allow what acts on this machine: system()
    -h, --help         show this help
    -V, --version      version
    --info             what this hindsight can do

DEVELOPER OPTIONS:
    --test             run the test: probes
    --bench            run the bench: probes
    --fmt              print the script in its canonical layout (-o FILE: write it there)
    --mode MODE        'test', 'bench', 'format', 'codegen' (stop behind the compiler)
                       or 'compiler-bench' (measure it)
    -d STAGE[,STAGE]   print a stage: ast, types, ir, codegen, libbpf, verifier, all
    --dry-run          compile, verify and load; run nothing
    --emit-elf FILE    also write the programs as an eBPF object (bpftool prog loadall accepts it)
    --backend NAME     'jit' (WebAssembly, default) or 'interp' (the slow reference)

    Accepted for bpftrace's sake, without effect: --usdt-file-activation, --no-feature,
    --debuginfo, --dwarf-pid, --traceable-functions, --verify-llvm-ir

EXAMPLES:
    hindsight --trace trace.dat -e 'tracepoint:syscalls:sys_exit_read { @bytes = hist(args.ret); }'
        distribution of read() sizes
    hindsight --trace trace.dat -l 'tracepoint:sched:*'
        which scheduler events were recorded
    hindsight info trace.dat
        what is in this file?
`;
