/** A user-visible end: text for stderr and the exit status (row 8.42). */
export interface Failure {
  readonly ok: false;
  readonly message: string;
  readonly exitCode: number;
}

export const failure = (message: string, exitCode = 1): Failure => ({ ok: false, message, exitCode });
