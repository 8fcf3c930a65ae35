/** As much of JSON Schema (draft 2020-12) as the project's schemas use. Throws on a keyword that it does not know. */

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(["$schema", "$defs", "title", "description"]);

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/** What is wrong with the value, with the place in it; empty: nothing. */
export function schemaErrors(root: Schema, value: unknown, schema: Schema = root, at = "$"): string[] {
  const check = (sub: unknown, of: unknown, where: string): string[] => schemaErrors(root, of, sub as Schema, where);
  const each = <T>(items: Iterable<T>, of: (item: T) => string[]): string[] => [...items].flatMap(of);
  const matching = (subs: unknown): number => (subs as Schema[]).filter((sub) => check(sub, value, at).length === 0).length;
  return each(Object.entries(schema), ([keyword, want]): string[] => {
    switch (keyword) {
      case "$ref":
        return check((root["$defs"] as Schema)[String(want).replace("#/$defs/", "")], value, at);
      case "type":
        return TYPES[String(want)]!(value) ? [] : [`${at} is no ${String(want)}`];
      case "oneOf":
        return matching(want) === 1 ? [] : [`${at} fits ${matching(want)} of the forms`];
      case "anyOf":
        return matching(want) > 0 ? [] : [`${at} fits none of the forms`];
      case "allOf":
        return each(want as Schema[], (sub) => check(sub, value, at));
      case "required":
        return isObject(value) ? (want as string[]).filter((name) => !(name in value)).map((name) => `${at} lacks ${name}`) : [];
      case "properties":
        return isObject(value)
          ? each(Object.entries(want as Schema), ([name, sub]) => (name in value ? check(sub, value[name], `${at}.${name}`) : []))
          : [];
      case "patternProperties":
        return isObject(value)
          ? each(Object.entries(want as Schema), ([pattern, sub]) =>
              each(Object.entries(value), ([name, of]) => (new RegExp(pattern).test(name) ? check(sub, of, `${at}.${name}`) : [])),
            )
          : [];
      case "additionalProperties":
        return isObject(value) ? each(Object.entries(value), ([name, of]) => check(want, of, `${at}.${name}`)) : [];
      case "items":
        return Array.isArray(value) ? each(value.entries(), ([i, of]) => check(want, of, `${at}[${i}]`)) : [];
      case "pattern":
        return typeof value !== "string" || new RegExp(String(want)).test(value) ? [] : [`${at} does not match ${String(want)}`];
      case "minLength":
        return typeof value !== "string" || value.length >= Number(want) ? [] : [`${at} is too short`];
      case "minimum":
        return typeof value !== "number" || value >= Number(want) ? [] : [`${at} is below ${String(want)}`];
      case "maximum":
        return typeof value !== "number" || value <= Number(want) ? [] : [`${at} is above ${String(want)}`];
      case "const":
        return value === want ? [] : [`${at} is not ${String(want)}`];
      default:
        if (!ANNOTATIONS.has(keyword)) throw new Error(`unknown keyword ${keyword}`);
        return [];
    }
  });
}
