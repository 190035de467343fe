// Loads the app, which starts by itself.

import init from "./pkg/leptos_app.js";

init();
