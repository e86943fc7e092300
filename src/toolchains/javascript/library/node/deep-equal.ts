/** Whether two values are equal with everything in them. */

/** Strictly: of the same class, and by Object.is. Values that contain themselves may be compared. */
export function isDeepEqual(
  one: unknown,
  other: unknown,
  isStrict: boolean,
  open = new Map<object, object>(),
): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    // oxlint-disable-next-line eqeqeq -- that is what comparing loosely means
    return Object.is(one, other) || (!isStrict && one == other);
  }
  if (one === other || open.get(one) === other) return true;
  if (isStrict && Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  open.set(one, other);
  const isEqual = (left: unknown, right: unknown): boolean =>
    isDeepEqual(left, right, isStrict, open);
  if (!isSpecialEqual(one, other, isEqual)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every(
    (key) => Object.hasOwn(other, key) && isEqual(Reflect.get(one, key), Reflect.get(other, key)),
  );
}

/** What objects hold that are no properties. */
function isSpecialEqual(
  one: object,
  other: object,
  isEqual: (left: unknown, right: unknown) => boolean,
): boolean {
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime();
  if (one instanceof RegExp) return other instanceof RegExp && String(one) === String(other);
  if (one instanceof Error)
    return other instanceof Error && one.message === other.message && one.name === other.name;
  if (one instanceof Map) {
    if (!(other instanceof Map) || one.size !== other.size) return false;
    return [...one].every(([key, value]) =>
      other.has(key)
        ? isEqual(value, other.get(key))
        : [...other].some(([each, found]) => isEqual(key, each) && isEqual(value, found)),
    );
  }
  if (one instanceof Set) {
    if (!(other instanceof Set) || one.size !== other.size) return false;
    return [...one].every(
      (value) => other.has(value) || [...other].some((each) => isEqual(value, each)),
    );
  }
  const isBoxed = one instanceof Number || one instanceof String || one instanceof Boolean;
  return !isBoxed || Object.is(one.valueOf(), other.valueOf());
}
