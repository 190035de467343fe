// What the page was asked for, in its address.

const options = new URLSearchParams(location.search);

/** The key under which this page posts; the keys of its streams begin with it. */
export const key = options.get("key");
/** How often each contestant is measured. */
export const rounds = Number(options.get("rounds"));
/** Which part of the events of a full run. */
export const share = Number(options.get("share"));
/** Only to see that all works: a few events, and no round to warm up. */
export const smoke = options.get("smoke") === "true";
/** Only contestants whose name contains this. */
export const only = options.get("only") ?? "";

/** This part of a full run's number, but at least `least`. */
export function scaled(full, least = 1) {
  return smoke ? least : Math.max(least, Math.ceil(full * share));
}
