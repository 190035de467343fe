import init, { EventStream } from "./pkg/index.js";

await init();
const reply = new EventStream("/reply", { closeOn: { data: "[DONE]" }, parse: "json" });
for await (const event of reply) {
  document.body.append(event.data.token);
}
