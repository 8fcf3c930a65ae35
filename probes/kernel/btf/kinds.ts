/** Kinds of BTF types (linux include/uapi/linux/btf.h) and how many 32-bit words follow the three that all begin with. */

export const KIND = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  funcProto: 13,
  variable: 14,
  dataSection: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

/** struct btf_type: name, info, size or type. */
export const TYPE_WORDS = 3;

/** Words behind a type: `fixed`, and `each` for each of its elements (vlen). By kind; those of newer kernels are in the file's own table. */
export interface KindLayout {
  readonly fixed: number;
  readonly each: number;
}

const plain: KindLayout = { fixed: 0, each: 0 };
const word: KindLayout = { fixed: 1, each: 0 };
const triples: KindLayout = { fixed: 0, each: 3 };

export const KIND_LAYOUTS: readonly (KindLayout | undefined)[] = [
  undefined,
  word, // int
  plain, // pointer
  { fixed: 3, each: 0 }, // array
  triples, // struct
  triples, // union
  { fixed: 0, each: 2 }, // enum
  plain, // forward
  plain, // typedef
  plain, // volatile
  plain, // const
  plain, // restrict
  plain, // func: vlen is its linkage
  { fixed: 0, each: 2 }, // funcProto
  word, // variable
  triples, // dataSection
  plain, // float
  word, // declTag
  plain, // typeTag
  triples, // enum64
];
