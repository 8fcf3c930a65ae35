/** Whether programs ask whose user code an address is in. */
import { spaceWindow } from "../../lang/lower/user-code.ts";
import type { CompiledScript } from "../codegen/compiled.ts";

export const asksForSpaces = ({ programs }: CompiledScript): boolean =>
  programs.some(({ insns }) =>
    insns.some((insn) => insn.kind === "lddw" && insn.value.kind === "imm64" && insn.value.value === spaceWindow.base),
  );
