// What the page was asked for, in its address.

const options = new URLSearchParams(location.search);

/** Where xtask listens: it reads the CPU time of this page, and takes the records. */
export const xtask = options.get("xtask");
/** How often each contestant is measured, and before that only warms up. */
export const rounds = Number(options.get("rounds"));
export const warmUps = Number(options.get("warm"));
/** The most events of a burst. */
export const most = Number(options.get("most"));
/** Which part of a full run's other work. */
export const share = Number(options.get("share"));
/** Only to see that all works: a few events. */
export const smoke = options.get("smoke") === "true";
/** Only contestants whose name contains this. */
export const only = options.get("only") ?? "";
/** Only these measures, if any is named. */
export const measures = options.getAll("measure");

/** This part of a full run's number, but at least `least`. */
export function scaled(full, least = 1) {
  return smoke ? least : Math.max(least, Math.ceil(full * share));
}

let requests = 0;

/** A key that no other request of this run has: facts are told apart, and no response comes from a cache. */
export function freshKey() {
  requests += 1;
  return `bench-${requests}`;
}
