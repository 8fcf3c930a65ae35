/** How a check ends the verification: caught in verify.ts and turned into a value. */
export class Rejected extends Error {
  /** Lines the kernel prints before the last one. */
  readonly details: readonly string[];
  constructor(reason: string, details: readonly string[] = []) {
    super(reason);
    this.details = details;
  }
}

export function reject(reason: string, ...details: string[]): never {
  throw new Rejected(reason, details);
}
