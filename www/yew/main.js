// Starts the app.

import init from "./pkg/yew_app.js";

await init();
