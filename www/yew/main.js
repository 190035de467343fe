// Loads the app, which starts by itself.

import init from "./pkg/yew_app.js";

init();
