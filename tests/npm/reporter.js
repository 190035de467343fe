// Prints the results of node:test in the lines of other Rust tests, so that whatever reads those reads these.

export default async function* reporter(source) {
  const counts = { passed: 0, failed: 0, ignored: 0 };
  const started = performance.now();
  for await (const { type, data } of source) {
    if (type === "test:pass" && data.skip !== undefined) {
      counts.ignored += 1;
      yield `test ${data.name} ... ignored, ${data.skip}\n`;
    } else if (type === "test:pass") {
      counts.passed += 1;
      yield `test ${data.name} ... ok\n`;
    } else if (type === "test:fail") {
      counts.failed += 1;
      const error = data.details.error.cause ?? data.details.error;
      yield `test ${data.name} ... FAILED\n${String(error.message ?? error).replaceAll(/^/gm, "    ")}\n`;
    }
  }
  const { passed, failed, ignored } = counts;
  const word = failed === 0 && passed > 0 ? "ok" : "FAILED";
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  yield `\ntest result: ${word}. ${passed} passed; ${failed} failed; ${ignored} ignored; finished in ${seconds}s\n`;
}
