/** Quotients round by round, because what disturbs one round disturbs all its clients. */
export function ratios(values, others) {
  return values.map((value, round) => value / others[round]).filter((ratio) => !Number.isNaN(ratio));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
}

/** Four digits, because no measurement here is better; bytes and other whole numbers stay as they are. */
export function rounded(value) {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

/** Three digits, for people. */
export function short(value) {
  if (value === 0) return "0";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4;
  return value.toFixed(digits);
}

/** The items with the same key, in their order, as `[key, items]`. */
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}
