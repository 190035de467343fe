// What compiles, though it is marked as wrong: the check must fail.

import { EventStream } from "wasm-eventsource";

// @ts-expect-error: nothing is wrong here
new EventStream("/feed");
