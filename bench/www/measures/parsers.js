// The parsers in Rust, without any network, with vector instructions and without.

import * as wasm from "/pkg/bench.js";
import { only, scaled, share, smoke } from "../options.js";
import { race } from "../race.js";

/** The least time of one run, in milliseconds: clocks may tick as slowly. */
const LEAST = share < 1 ? 3 : 15;

export async function parsers() {
  const builds = [["", wasm]];
  if (!smoke) {
    const simd = await import("/pkg/simd/bench.js");
    await simd.default();
    builds.push([", simd128", simd]);
  }
  const records = [];
  for (const [suffix, module] of builds) {
    module.check_parsers();
    const all = module.parser_names();
    for (const [corpus, corpusName] of module.corpus_names().entries()) {
      const bytes = module.Corpus.at(corpus);
      for (const [chunking, size] of module.chunking_names().entries()) {
        // How many repetitions take LEAST, as the round that warms up has found.
        const times = new Map(all.map((name) => [name, 1]));
        const run = async (name) => {
          const { speed, enough } = measured(bytes, all.indexOf(name), chunking, times.get(name));
          times.set(name, enough);
          return speed;
        };
        const what = { measure: "parsers", group: `${corpusName}${suffix}`, size, unit: "GB/s" };
        records.push(...await race(what, all.filter((name) => name.includes(only)), run, { rounds: scaled(5, 2) }));
      }
      bytes.free();
    }
  }
  return records;
}

function measured(corpus, parser, chunking, times) {
  for (;;) {
    const start = performance.now();
    corpus.parse(parser, chunking, times);
    const taken = performance.now() - start;
    if (taken >= LEAST || smoke) {
      return { speed: (corpus.length * times) / Math.max(taken, 0.001) / 1e6, enough: times };
    }
    // A little more than enough, but not far beyond what was seen.
    times = Math.ceil(times * Math.min(16, (1.2 * LEAST) / Math.max(taken, 0.1)));
  }
}
