// What of the package is tested without a browser: `node main.js PACKAGE TARGET`, after `build.js`.

import "./archive.test.js";
import "./load.test.js";
import "./node.test.js";
import "./small.test.js";
import "./types.test.js";
import "./vite.test.js";
