// A panic ends in a trap, and its message goes nowhere: in a browser, Rust's standard library has no place to
// print to. So functions that only make a message trap at once, and the places in the source code, which
// messages name, are removed from the data.

/** Functions of Rust's standard library that do not return but panic, by their demangled names. */
const PANICS = [
  /^core::panicking::/,
  /^core::(?:\w+::)*(?:unwrap_failed|expect_failed|panic_\w+|slice_\w*fail)\b/,
  /^alloc::(?:\w+::)*(?:handle_error|capacity_overflow|handle_alloc_error)\b/,
  /^__rustc::rust_begin_unwind\b/,
];

export function trapAtOnce(wasm) {
  const count = wasm.trap((name) => {
    // Some compilers add a hash to the name of a crate.
    const plain = name.replaceAll(/\[[0-9a-f]+\]/g, "");
    return PANICS.some((panic) => panic.test(plain));
  });
  if (count === 0) throw new Error("no panicking function was found: are the names of functions in the wasm?");
  removeLocations(wasm.data());
}

/** Clears each `core::panic::Location` (the address and length of a path, a line, a column) and its path. */
function removeLocations(segments) {
  const paths = [];
  let count = 0;
  for (const { address, bytes } of segments) {
    for (let at = -address & 3; at + 16 <= bytes.length; at += 4) {
      const [path, length, line, column] = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(at + offset));
      if (length < 4 || length > 400 || !isPosition(line, 1e5) || !isPosition(column, 1e3)) continue;
      const segment = segments.find((s) => path >= s.address && path + length <= s.address + s.bytes.length);
      const text = segment?.bytes.subarray(path - segment.address, path - segment.address + length);
      if (!text || !/^[\x21-\x7e]+\.rs$/.test(text.toString("latin1"))) continue;
      paths.push(text);
      bytes.fill(0, at, at + 16);
      count += 1;
    }
  }
  for (const path of paths) path.fill(0);
  if (count === 0) throw new Error("no location of a panic was found in the data of the wasm");
}

function isPosition(value, most) {
  return value > 0 && value < most;
}
