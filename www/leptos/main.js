// Starts the app.

import init from "./pkg/leptos_app.js";

await init();
