/** Names of the variables that the body of a macro creates. The lexer never makes such names, so they clash with nothing. */
export const ownName = (name: string, expansion: number): string => `${name}#${expansion}`;

/** The name as the script has it, for messages. */
export const sourceName = (name: string): string => name.replace(/#\d+$/, "");
