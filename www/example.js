import init, { EventStream } from "./pkg/index.js";

await init();
const reply = new EventStream("/reply", { closeOn: { data: "[DONE]" } });
for await (const event of reply) {
  document.body.append(JSON.parse(event.data).token);
}
