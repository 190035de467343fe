/** The median of values with their quartiles: half of the values lie between `low` and `high`. */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    const [before, after] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return before + (after - before) * (place % 1);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** Four digits, because no measurement here is better; bytes and other whole numbers stay as they are. */
export function rounded(value) {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

/** Two or three digits, for people. */
export function short(value) {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/** The items with the same key, in their order, as `[key, items]`. */
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const of = key(item);
    if (!groups.has(of)) groups.set(of, []);
    groups.get(of).push(item);
  }
  return [...groups];
}
