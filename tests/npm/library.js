// The package under its name; `build.js` writes others for sites that know no names.

export * from "wasm-eventsource";
export { default } from "wasm-eventsource";

export const transports = ["native", "fetch"];
