// Loads the app, which starts by itself.

import init from "./pkg/demo_yew.js";

init();
