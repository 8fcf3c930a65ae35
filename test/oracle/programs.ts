/** The programs of test/oracle/programs: begin and interval only, one a line, a file for each topic. */
import { readFileSync, readdirSync } from "node:fs";

export interface OracleProgram {
  readonly text: string;
  /** `with A B: PROGRAM`. */
  readonly params: readonly string[];
  readonly format: "text" | "json";
}

export interface Topic {
  readonly name: string;
  readonly programs: readonly OracleProgram[];
}

const folder = new URL("programs/", import.meta.url);

function programOf(line: string, format: OracleProgram["format"]): OracleProgram {
  const [, params, text] = /^with ([^:]*): (.*)$/.exec(line) ?? [];
  return { text: text ?? line, params: params?.split(" ") ?? [], format };
}

const topicOf = (file: string): Topic => {
  const name = file.replace(/\.txt$/, "");
  const lines = readFileSync(new URL(file, folder), "utf8").split("\n");
  return {
    name,
    programs: lines
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => programOf(line, name === "json" ? "json" : "text")),
  };
};

export const topics: readonly Topic[] = readdirSync(folder).sort().map(topicOf);
