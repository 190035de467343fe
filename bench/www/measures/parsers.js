// The parsers in Rust, without any network: gigabytes per second, with vector instructions and without.

import * as wasm from "/pkg/bench.js";
import { only, smoke } from "../options.js";
import { race } from "../race.js";

/** How long each is measured at least, in milliseconds: clocks may tick in as many. */
const LEAST = 30;

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
        const run = async (name) => speed(bytes, module.parser_names().indexOf(name), chunking);
        const done = await race(chunkingName, names, run, { share: 0.4 });
        races.push({ ...done, group: `${corpusName}${suffix}` });
      }
      bytes.free();
    }
  }
  return { races };
}

function speed(corpus, parser, chunking) {
  for (let times = 1; ; times *= 4) {
    const start = performance.now();
    corpus.parse(parser, chunking, times);
    const taken = performance.now() - start;
    if (taken >= LEAST || smoke) return (corpus.length * times) / Math.max(taken, 0.001) / 1e6;
  }
}
