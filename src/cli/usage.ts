export const VERSION = "0.1.0";

export const USAGE = `USAGE:
    hindsight [options] FILE [params]            run a script over a recording
    hindsight [options] - [params]               read the script from stdin
    hindsight [options] -e 'PROGRAM' [params]    run a one-liner
    hindsight -l [PATTERN | FILE] --trace FILE   list the probes of a recording (-lv: with fields)
    hindsight info FILE                          say what a recording holds

RECORDING:
    --trace FILE       recording to replay (trace.dat of trace-cmd)
    --sample           replay the recording that comes with hindsight
    --from TIME        fire probes from this time on: seconds of the recording's clock (12.5),
    --to TIME          or relative to its first event (+0.2, +15ms); --to is exclusive
    --boot-time TIME   epoch seconds of the recorded machine's boot, for wall-clock times
    --tz ZONE          time zone of printed times (default UTC; 'local' for this machine's)
    --seed N           seed of rand (default 1)

OPTIONS:
    -B MODE            output buffering: 'line', 'full' or 'none' (default line)
    -f FORMAT          output format: 'text' or 'json'
    -o FILE            write the program's output to FILE
    -e PROGRAM         run this program
    -h, --help         show this help
    -k                 emit a warning when a map lookup or memory read fails
    -l [PATTERN]       list probes
    -q, --quiet        no «Attached N probes»
    -v                 verbose messages
    -V, --version      version
    --info             what this hindsight can do
    --no-warnings      no warnings
    --unsafe           allow what would be unsafe on a live system

COMPILER:
    -d STAGE[,STAGE]   print a stage: ast, types, ir, codegen, bytecode, wasm, verifier, all
    --dry-run          parse, check, compile and verify; attach nothing
    --emit-elf FILE    also write the programs as an eBPF object (bpftool prog loadall accepts it)
    --backend NAME     'jit' (WebAssembly, default) or 'interp' (the slow reference)

EXAMPLES:
    hindsight --trace trace.dat -e 'tracepoint:syscalls:sys_exit_read { @bytes = hist(args.ret); }'
        distribution of read() sizes
    hindsight --trace trace.dat -l 'tracepoint:sched:*'
        which scheduler events were recorded
    hindsight info trace.dat
        what is in this file?
`;

export const FEATURES = `hindsight v${VERSION}

System
  kernel, root, LLVM: not needed
  node: ${process.version}

Recordings: trace.dat v6 and v7 (uncompressed, zlib, zstd; little and big endian)
Providers: begin, end, interval, tracepoint
Maps: hash, percpu_hash, array, percpu_array, lru_hash, lru_percpu_hash, ringbuf
Back ends: WebAssembly JIT, reference interpreter
`;
