/**
 * Results of operations on numbers that programs come by again and again: what loads give, and what is made of it with constants. Every
 * result is a value, so that it makes no difference who asked for it first.
 */
const results = new WeakMap<object, Map<string, object>>();

/** Room for results; what comes later is worked out each time. */
const MAX_RESULTS = 10_000;
let count = 0;

/** From now on, results of operations on this number are remembered. */
export function remember<Value extends object>(scalar: Value): Value {
  if (!results.has(scalar)) results.set(scalar, new Map());
  return scalar;
}

/** What `make` gives for this number; `operation` names everything else that it depends on, and may be costly to write down. */
export function memoised<Value extends object>(scalar: Value, operation: () => string, make: () => Value): Value {
  const known = results.get(scalar);
  if (known === undefined) return make();
  const key = operation();
  const found = known.get(key);
  if (found !== undefined) return found as Value;
  const result = make();
  if (count >= MAX_RESULTS) return result;
  count++;
  known.set(key, result);
  return remember(result);
}
