// What the page was asked for, in its address.

const options = new URLSearchParams(location.search);

/** Under which this page posts, and below which all its streams are counted. */
export const key = options.get("key");
/** How often each contestant is measured. */
export const rounds = Number(options.get("rounds"));
/** Which part of the events of a full run. */
export const share = Number(options.get("share"));
/** Only to see that all works: a few events, and no round to warm up. */
export const smoke = options.get("smoke") === "true";
/** Only contestants, or measures, whose name contains this. */
export const only = options.get("only") ?? "";

/** So many of a full run's, but at least `least`. */
export function scaled(full, least = 1) {
  return smoke ? least : Math.max(least, Math.ceil(full * share));
}
