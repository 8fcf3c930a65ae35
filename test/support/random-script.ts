/** Random scripts: by the grammar (any construct anywhere), by habit (what people write, so that most compile), and by damaging others. */

export interface Random {
  /** 0 ≤ result < n. */
  readonly below: (n: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Only the one that is picked is made. */
  readonly one: (...makers: readonly (() => string)[]) => string;
  readonly chance: (probability: number) => boolean;
}

/** mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    one: (...makers) => makers[below(makers.length)]!(),
    chance: (probability) => next() < probability,
  };
}

const INTEGERS = [
  "0",
  "1",
  "2",
  "7",
  "10",
  "64",
  "100",
  "255",
  "1000",
  "0x10",
  "0xffffffff",
  "1e6",
  "1_000",
  "9223372036854775807",
  "18446744073709551615",
];
const STRINGS = ['"a"', '"b"', '""', '"hello"', '"x\\n"', '"%d"', '"é"', '"\\x41\\""'];
const TYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"];
const OPERATORS = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "&&", "||"];
const ARITHMETIC = OPERATORS.slice(0, 10);
const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
const BUILTINS = ["pid", "tid", "uid", "gid", "cpu", "ncpus", "nsecs", "elapsed", "rand", "comm", "probe", "$1", "$#"];
const POINTS = ["BEGIN", "END", "begin", "end", "interval:s:1", "i:ms:10", "interval:us:100", "name=begin"];
const TRACEPOINTS = [
  "tracepoint:sched:sched_switch",
  "t:sched:sched_wakeup",
  "tracepoint:sched:*",
  "tracepoint:syscalls:sys_enter_openat",
  "t:syscalls:sys_exit_*",
];
const WILD_POINTS = [
  "kprobe:vfs_read",
  "k:f+1",
  'uprobe:/bin/sh:"a b"',
  "profile:hz:99",
  "*:x",
  "test:a",
  "bench:b",
  "self:signal:SIGUSR1",
  "$1:x",
  "usdt:*:a:b",
];

const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);

/** Programs that mostly compile: variables are assigned before they are read, maps keep their kinds of keys and values. */
export function usualScript(random: Random): string {
  const { below, pick, one, chance } = random;
  const known: string[] = [];
  let loops = 0;

  /** Of small literals little overflows when it is folded. */
  const literal = (): string => pick(chance(0.05) ? INTEGERS : INTEGERS.slice(0, 8));
  const int = (depth: number): string => {
    if (depth <= 0) return chance(0.35) ? literal() : pick([...BUILTINS.slice(0, 9), ...known, ...known, ...known, "@n", "@k[1]"]);
    switch (below(9)) {
      case 0:
        return `(${int(depth - 1)} ${pick(ARITHMETIC)} ${int(depth - 1)})`;
      case 1:
        return `${int(depth - 1)} ${pick(ARITHMETIC)} ${int(depth - 1)}`;
      case 2:
        return `${pick(["-", "~"])}(${int(depth - 1)})`;
      case 3:
        return `(${pick(TYPES)})(${pick([...known, int(depth - 1), `!${pick(["pid", "@n"])}`])})`;
      case 4:
        return `(${cond(depth - 1)} ? ${int(depth - 1)} : ${int(depth - 1)})`;
      case 5:
        return one(
          () => `strncmp(${str(0)}, ${str(0)}, 3)`,
          () => "len(@k)",
          () => `(int64)has_key(@k, ${int(0)})`,
          () => "@k[1]++",
          () => "++@n",
          () => `strlen(${str(0)})`,
        );
      case 6:
        return `(${int(depth - 1)}, ${str(0)}).0`;
      default:
        return int(0);
    }
  };
  const cond = (depth: number): string =>
    one(
      () => `${int(depth)} ${pick(["<", ">", "==", "!="])} ${int(depth)}`,
      () => int(depth),
      () => `${str(0)} == ${str(0)}`,
      () => "true",
    );
  const str = (depth: number): string =>
    pick(depth > 0 ? [`(${cond(0)} ? ${str(0)} : ${str(0)})`, `str(${str(0)})`, "@t[1]"] : [...STRINGS, "comm", "@w"]);
  const key = (): string =>
    one(
      () => int(0),
      () => int(1),
    );

  const variable = (): string => {
    const name = `$v${below(6)}`;
    const text = `${name} = ${int(2)};`;
    if (!known.includes(name)) known.push(name);
    return text;
  };

  const nested = (make: () => string[]): string => {
    const before = known.length;
    const text = `{ ${make().join(" ")} }`;
    known.length = before;
    return text;
  };

  const stmt = (depth: number): string => {
    switch (below(depth > 0 ? 18 : 12)) {
      case 0:
      case 1:
        return variable();
      case 2:
        return known.length > 0 ? `${pick(known)} ${pick(ASSIGNMENTS)} ${int(1)};` : variable();
      case 3:
        return `@n ${pick(ASSIGNMENTS)} ${int(2)};`;
      case 4:
        return `@k[${key()}] = ${int(2)};`;
      case 5:
        return one(
          () => `@c[${str(0)}] = count();`,
          () => `@sum[${key()}, ${str(0)}] = sum(${int(1)});`,
          () => `@mx = max(${int(1)});`,
          () => `@av[${key()}] = avg(${int(1)});`,
        );
      case 6:
        return one(
          () => `@h = hist(${int(1)});`,
          () => `@l = lhist(${int(1)}, 0, 100, 10);`,
          () => `@st = stats(${int(1)});`,
          () => `@hk[${str(0)}] = hist(${int(1)});`,
        );
      case 7:
        return one(
          () => `@w = ${str(1)};`,
          () => `@t[${key()}] = ${str(0)};`,
          () => `@tu = (${int(1)}, ${int(0)});`,
        );
      case 8:
        return `printf("%d %s %5x\\n", ${int(2)}, ${str(1)}, ${int(1)});`;
      case 9:
        return one(
          // Whole maps in loops would be most of what programs do.
          () => (loops > 0 ? "@n++;" : "print(@k);"),
          () => (loops > 0 ? "@n--;" : "print(@c, 3);"),
          () => "print(@h);",
          () => `print(${int(1)});`,
          () => `print((${int(1)}, ${str(0)}));`,
          () => "clear(@k);",
          () => "zero(@c);",
          () => "time();",
        );
      case 10:
        return one(
          () => `delete(@k, ${key()});`,
          () => "delete(@n);",
          () => (loops > 0 ? "@n++;" : "exit();"),
          () => "@n++;",
          () => "@k[2]--;",
          () => `_ = ${int(1)};`,
        );
      case 11:
        return `let $u${below(1_000_000)}${chance(0.3) ? `: ${pick(TYPES)}` : ""} = ${int(1)};`;
      case 12:
      case 13:
        return `if (${cond(1)}) ${nested(() => block(depth - 1))}${chance(0.5) ? ` else ${nested(() => block(depth - 1))}` : ""}`;
      case 14:
        return `unroll (${1 + below(4)}) ${nested(() => block(depth - 1))}`;
      case 15:
      case 16: {
        // Loops over a map inside of loops take the square of its size: rarely worth the time.
        const overMap = loops === 0 && chance(0.5);
        loops++;
        const body = nested(() => block(depth - 1));
        loops--;
        const name = below(1_000_000);
        return overMap ? `for ($kv${name} : @k) ${body}` : `for ($i${name} : 0..${pick(["5", "(2+3)", "$#"])}) ${body}`;
      }
      default:
        return nested(() => block(depth - 1));
    }
  };
  const block = (depth: number): string[] => times(1 + below(4), () => stmt(depth));

  const probe = (): string => {
    known.length = 0;
    const points = times(1 + below(2), () => pick(chance(0.3) ? TRACEPOINTS : POINTS)).join(", ");
    const predicate = chance(0.25) ? ` /${cond(1)}/` : "";
    return `${points}${predicate} { @n = ${pick(["1", "nsecs", "(uint32)7"])}; @k[1] = (int64)1; @w = "w"; @t[(int64)1] = "t"; @c["x"] = count(); @h = hist(1); ${block(3).join(" ")} }`;
  };
  const comment = chance(0.2) ? "// a comment\n" : "";
  return comment + times(1 + below(3), probe).join(chance(0.5) ? "\n" : "\n\n\n");
}

/** Every construct of the grammar with any other: most of it means nothing, all of it can be read. */
export function grammarScript(random: Random): string {
  const { below, pick, one, chance } = random;
  const gap = (): string => (chance(0.04) ? pick([" /* c */ ", " // c\n", "\n/* a\n * b */\n"]) : chance(0.1) ? "\n" : "");
  const name = (): string => pick(["foo", "bar", "count", "str", "hist", "printf", "x", "args", "nsecs", "struct_", "config"].slice(0, 10));
  const variable = (): string => pick(["$x", "$y", "$tmp"]);
  const map = (): string => pick(["@", "@m", "@other"]);
  const list = (make: () => string, least: number): string => times(least + below(3), () => gap() + make()).join("," + gap());

  const type = (): string => {
    const base = pick([...TYPES, "struct foo", "union u", "enum e", "string", "my_t", `typeof(${primary(0)})`]);
    return base + times(below(3), () => pick(["*", "[4]", "[]"])).join("");
  };
  const primary = (depth: number): string => {
    const simple = [...INTEGERS.slice(0, 12), ...STRINGS, "true", "false", "$1", "$#", name(), variable(), map(), "@m[1]", '@["a", $x]'];
    if (depth <= 0) return pick(simple);
    switch (below(13)) {
      case 0:
        return `${name()}(${list(() => (chance(0.1) ? `struct foo${pick(["", "*"])}` : expr(depth - 1)), 0)})`;
      case 1:
        return `(${gap()}${expr(depth - 1)}${gap()})`;
      case 2:
        return one(
          () => "()",
          () => `(${expr(depth - 1)},)`,
          () => `(${expr(depth - 1)}, ${list(() => expr(depth - 1), 1)})`,
        );
      case 3:
        return `(a=${expr(depth - 1)}, b = ${gap()}${expr(depth - 1)})`;
      case 4:
        return one(
          () => `sizeof(${type()})`,
          () => `sizeof(${expr(depth - 1)})`,
          () => `offsetof(struct foo, a.b)`,
          () => `typeof(${primary(0)})`,
          () => `typeinfo(${expr(0)})`,
        );
      case 5:
        return `if ${chance(0.2) ? "comptime " : ""}(${expr(depth - 1)}) ${block(0)} else ${one(
          () => block(0),
          () => `if (${expr(0)}) ${block(0)} else ${block(0)}`,
        )}`;
      case 6:
        return block(depth - 1);
      default:
        return pick(simple);
    }
  };
  const unary = (depth: number): string => {
    if (depth <= 0 && chance(0.7)) return primary(0);
    const suffix = one(
      () => "",
      () => "",
      () => "",
      () => ".field",
      () => "->field",
      () => ".0",
      () => `[${primary(0)}]`,
      () => ".a.b",
    );
    const operand = primary(depth) + suffix;
    const prefix = one(
      () => "",
      () => "",
      () => "",
      () => "",
      () => "",
      () => "!",
      () => "~",
      () => "-",
      () => "*",
      () => "-",
      () => `(${type()})`,
      () => "comptime ",
    );
    if (chance(0.05))
      return one(
        () => `${variable()}++`,
        () => `++${map()}`,
        () => `--${map()}[1]`,
        () => `&${variable()}`,
        () => `&${map()}`,
      );
    return prefix + operand;
  };
  const expr = (depth: number): string => {
    if (depth <= 0) return unary(0);
    const operands = 1 + below(3);
    const chain = times(operands, () => unary(depth - 1)).join(` ${gap()}${pick(OPERATORS)} ${gap()}`);
    if (chance(0.08)) return `${chain} ? ${chance(0.2) ? "" : expr(depth - 1)} : ${expr(depth - 1)}`;
    return chain;
  };
  const target = (): string =>
    one(
      () => variable(),
      () => map(),
      () => `${map()}[${list(() => expr(1), 1)}]`,
      () => "_",
    );
  const stmt = (depth: number): string => {
    switch (below(depth > 0 ? 14 : 8)) {
      case 0:
      case 1: {
        const left = target();
        return `${left} ${left === "_" ? "=" : pick(ASSIGNMENTS)} ${expr(2)};`;
      }
      case 2:
        return `let ${variable()}${chance(0.4) ? `: ${type()}` : ""}${chance(0.5) ? ` = ${expr(1)}` : ""};`;
      case 3:
        return one(
          () => "break;",
          () => "continue;",
          () => "return;",
          () => `return ${expr(1)};`,
        );
      case 4:
      case 5:
        return `${name()}(${list(() => expr(1), 0)});`;
      case 6:
        return one(
          () => `${variable()}++;`,
          () => `--${map()};`,
          () => `(${expr(1)});`,
          () => 'import "x";',
        );
      case 7:
        return `${expr(2)};`;
      case 8:
        return `if ${pick(["", "comptime "])}(${expr(1)}) ${block(depth - 1)}${chance(0.4) ? ` else ${block(depth - 1)}` : ""}${chance(0.1) ? ";" : ""}`;
      case 9:
        return `while (${expr(1)}) ${block(depth - 1)}`;
      case 10:
        return `for (${variable()} : ${one(
          () => "0..10",
          () => "$x..(1+2)",
          () => "(uint8)1..foo()",
          () => map(),
          () => "@m",
        )}) ${block(depth - 1)}`;
      case 11:
        return `unroll (${expr(0)}) ${block(depth - 1)}`;
      case 12:
        return block(depth - 1);
      default:
        return `if ${variable()} ${block(depth - 1)} else if (${expr(0)}) ${block(depth - 1)}`;
    }
  };
  const block = (depth: number): string =>
    `{${gap()}${times(below(3), () => stmt(depth) + (chance(0.1) ? " // why\n" : gap())).join(" ")}${chance(0.3) ? ` ${expr(1)}${gap()}` : ""}${gap()}}`;
  const item = (): string => {
    switch (below(8)) {
      case 0:
        return `macro ${name()}(${list(
          () =>
            one(
              () => variable(),
              () => map(),
              () => "e",
              () => "typeof(T)",
            ),
          0,
        )}) ${block(2)}`;
      case 1:
        return `fn ${name()}(${list(() => `${variable()}: ${type()}`, 0)})${chance(0.5) ? `: ${type()}` : ""} ${block(2)}`;
      case 2:
        return `let ${map()} = ${pick(["hash", "lruhash", "percpuhash"])}(${expr(0)});`;
      default: {
        const points = times(1 + below(3), () => pick([...POINTS, ...TRACEPOINTS, ...WILD_POINTS])).join(`,${gap()} `);
        return `${points}${chance(0.3) ? ` / ${expr(2)} /` : ""} ${block(3)}`;
      }
    }
  };
  const preamble = [
    chance(0.1) ? "#!/usr/bin/env bpftrace\n" : "",
    chance(0.1) ? "#include <linux/x.h>\n#define A 1\n" : "",
    chance(0.1) ? "struct foo { int a; struct { char b[4]; } c; unsigned d : 3; } __attribute__((packed));\n" : "",
    chance(0.1) ? "enum e { A = 1, B }\n" : "",
    chance(0.1) ? `config = { max_strlen = 64; missing_probes=warn${gap()} }\n` : "",
    chance(0.05) ? 'import "lib.bt";\n' : "",
  ];
  return preamble.join("") + times(1 + below(3), item).join("\n") + gap();
}

/** A text with pieces left out, doubled, moved or replaced. */
export function damaged(random: Random, text: string, other: string): string {
  const { below, pick } = random;
  let result = text;
  for (let i = 1 + below(4); i > 0; i--) {
    const at = below(result.length + 1);
    const length = pick([1, 1, 2, 5, 20]);
    const piece = result.slice(at, at + length);
    switch (below(6)) {
      case 0:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 1:
        result = result.slice(0, at) + piece + piece + result.slice(at + length);
        break;
      case 2:
        result =
          result.slice(0, at) +
          pick(["{", "}", "(", ")", '"', "/", ";", ":", "$", "@", "\\", "\0", "é", "/*", "//", "--", ".."]) +
          result.slice(at);
        break;
      case 3: {
        const from = below(other.length + 1);
        result = result.slice(0, at) + other.slice(from, from + 4 * length) + result.slice(at);
        break;
      }
      case 4:
        result = result.slice(0, at) + String.fromCharCode(below(256)) + result.slice(at + 1);
        break;
      default: {
        const to = below(result.length + 1);
        const without = result.slice(0, at) + result.slice(at + length);
        result = without.slice(0, to) + piece + without.slice(to);
      }
    }
  }
  return result;
}
