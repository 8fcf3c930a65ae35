/** What a piece of the screen is, whatever colours there are. */
export const ROLES = [
  "text",
  "dim",
  "title",
  "focus",
  "status",
  "name",
  "number",
  "bar",
  "changed",
  "selected",
  "match",
  "error",
  "playing",
  "cursor",
  "density",
  "key",
  "kernel0",
  "kernel1",
  "user0",
  "user1",
  "other0",
  "other1",
] as const;

export type Role = (typeof ROLES)[number];

const indices = new Map<Role, number>(ROLES.map((role, index) => [role, index]));
export const roleIndex = (role: Role): number => indices.get(role)!;
