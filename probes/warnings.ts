/** What a damaged recording repeats a thousand times is said once, and no list grows without end. */
export function warningList(): { readonly warnings: string[]; readonly warn: (message: string) => void } {
  const limit = 100;
  const warnings: string[] = [];
  const warn = (message: string): void => {
    if (warnings.length < limit && !warnings.includes(message)) warnings.push(message);
  };
  return { warnings, warn };
}
