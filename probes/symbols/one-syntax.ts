/**
 * Operands whose meaning depends on the machine, in the one syntax that operands.ts reads. A bare number is a constant on most machines, a
 * register on PowerPC, whose constants have an `i` before them, and on x86 an address. Source: systemtap includes/sys/sdt.h.
 */
const [EM_386, EM_PPC, EM_PPC64, EM_X86_64] = [3, 20, 21, 62];

const X86_ADDRESS = /@(0x[0-9a-f]+|[0-9]+)(?=\s|$)/gi;

const powerpc = (operands: string): string =>
  operands
    .replace(/@(?:%?r)?([0-9]+)(?=\s|$)/g, "@%gpr$1")
    .replace(/\((?:%?r)?([0-9]+)\)/g, "(%gpr$1)")
    .replace(/@i(-?[0-9]+)(?=\s|$)/g, "@$$$1");

/** `machine`: e_machine of the file. */
export function inOneSyntax(operands: string, machine: number): string {
  if (machine === EM_PPC || machine === EM_PPC64) return powerpc(operands);
  if (machine === EM_386 || machine === EM_X86_64) return operands.replace(X86_ADDRESS, (_, address: string) => `@@${BigInt(address)}`);
  return operands;
}
