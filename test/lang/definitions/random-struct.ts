/** Structs without sense, for comparison with a C compiler. */
import fc from "fast-check";

const scalar = fc.constantFrom("char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "long", "unsigned long");

/** One member; `#` stands for a number that makes its name. */
const member: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: scalar.map((type) => `${type} m#;`) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom<[string, number]>(["char", 8], ["unsigned short", 16], ["int", 32], ["unsigned int", 32], ["long", 64]),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([[type, bits], part]) => `${type} m# : ${1 + Math.floor(part * (bits - 1))};`),
  },
  { weight: 1, arbitrary: fc.constantFrom("int : 0;", "long : 0;", "char : 0;", "int : 5;", "long : 33;") },
  {
    weight: 1,
    arbitrary: scalar.chain((type) => fc.constantFrom(1, 2, 4, 8, 16).map((n) => `${type} m# __attribute__((aligned(${n})));`)),
  },
  { weight: 1, arbitrary: scalar.map((type) => `${type} m# __attribute__((packed));`) },
  { weight: 1, arbitrary: fc.tuple(scalar, scalar).map(([a, b]) => `struct { ${a} m#a; ${b} m#b; };`) },
  { weight: 1, arbitrary: fc.tuple(scalar, scalar).map(([a, b]) => `union { ${a} m#a; ${b} m#b; };`) },
);

const body = fc
  .tuple(
    fc.array(member, { minLength: 1, maxLength: 9 }),
    fc.constantFrom("", "", "", " __attribute__((packed))", " __attribute__((aligned(16)))"),
  )
  .map(([members, attributes]) => `{ ${members.map((text, i) => text.replaceAll("#", String(i))).join(" ")} }${attributes}`);

/** Bodies of `struct t { … }` and attributes behind it: members are numbers, called m0, m1a and so on. */
export const randomBodies = (count: number, seed: number): string[] => fc.sample(body, { numRuns: count, seed });
