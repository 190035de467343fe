// What no client over `fetch` can go below: to read the bytes. Each opens a URL, reads to the end of the body, and
// resolves with the length of what it read.

export async function discard(url) {
  const reader = (await fetch(url)).body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes };
    bytes += value.length;
  }
}

/** With a reader that fills a buffer of ours. */
export async function byob(url) {
  const reader = (await fetch(url)).body.getReader({ mode: "byob" });
  let bytes = 0;
  let buffer = new ArrayBuffer(64 << 10);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return { bytes };
    bytes += value.length;
    buffer = value.buffer;
  }
}

export async function decodeText(url) {
  const reader = (await fetch(url)).body.getReader();
  const decoder = new TextDecoder();
  let units = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { units };
    units += decoder.decode(value, { stream: true }).length;
  }
}

/** Whether the engine has such a reader for the body of a response. */
export async function hasByob() {
  const { body } = await fetch(location.href);
  try {
    await body.getReader({ mode: "byob" }).cancel();
    return true;
  } catch {
    await body.cancel();
    return false;
  }
}
