// The parsers in Rust, without any network: gigabytes per second, with vector instructions and without.

import * as wasm from "/pkg/bench.js";
import { only, share, smoke } from "../options.js";
import { race } from "../race.js";

/** How long each is measured at least, in milliseconds: clocks may tick in as many. */
const LEAST = share < 1 ? 3 : 15;

export async function measure() {
  const builds = [["", wasm]];
  const simd = await import("/pkg/simd/bench.js").catch(() => undefined);
  if (simd) {
    await simd.default();
    builds.push([", simd128", simd]);
  } else if (!smoke) {
    throw new Error("the build with vector instructions is missing");
  }
  const races = [];
  for (const [suffix, module] of builds) {
    module.check_parsers();
    const names = module.parser_names().filter((name) => name.includes(only));
    for (const [corpus, corpusName] of module.corpus_names().entries()) {
      const bytes = module.Corpus.at(corpus);
      for (const [chunking, chunkingName] of module.chunking_names().entries()) {
        // How often it takes that long, known since the round that warms up.
        const times = new Map(names.map((name) => [name, 1]));
        const run = async (name) => {
          const parser = module.parser_names().indexOf(name);
          const { speed, enough } = measured(bytes, parser, chunking, times.get(name));
          times.set(name, enough);
          return speed;
        };
        const done = await race(chunkingName, names, run, { rest: 0 });
        races.push({ ...done, group: `${corpusName}${suffix}` });
      }
      bytes.free();
    }
  }
  return { races };
}

function measured(corpus, parser, chunking, times) {
  for (;;) {
    const start = performance.now();
    corpus.parse(parser, chunking, times);
    const taken = performance.now() - start;
    if (taken >= LEAST || smoke) {
      return { speed: (corpus.length * times) / Math.max(taken, 0.001) / 1e6, enough: times };
    }
    // A little more than enough, but not too far beyond what was seen.
    times = Math.ceil(times * Math.min(16, (1.2 * LEAST) / Math.max(taken, 0.1)));
  }
}
