//! The package's `package.json`.

use anyhow::Result;
use serde::Serialize;

/// In the order in which people read it. Version, licence and repository are the workspace's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    name: &'static str,
    version: &'static str,
    description: &'static str,
    keywords: &'static [&'static str],
    license: &'static str,
    repository: Repository,
    r#type: &'static str,
    main: &'static str,
    types: &'static str,
    exports: Exports,
    files: &'static [&'static str],
    side_effects: bool,
}

#[derive(Serialize)]
struct Repository {
    r#type: &'static str,
    url: String,
}

/// What can be imported. The wasm is there by itself for whoever serves or embeds it in a way of
/// their own.
#[derive(Serialize)]
struct Exports {
    #[serde(rename = ".")]
    all: Entry,
    #[serde(rename = "./native")]
    native: Entry,
    #[serde(rename = "./wasm_eventsource_bg.wasm")]
    wasm: &'static str,
    #[serde(rename = "./native/wasm_eventsource_bg.wasm")]
    native_wasm: &'static str,
    #[serde(rename = "./package.json")]
    manifest: &'static str,
}

/// TypeScript takes the first condition that fits, so the types come first.
#[derive(Serialize)]
struct Entry {
    types: &'static str,
    default: &'static str,
}

pub fn text() -> Result<String> {
    let manifest = Manifest {
        name: "wasm-eventsource",
        version: env!("CARGO_PKG_VERSION"),
        description: "Server-sent events as an async iterator that really ends: ordered, typed, \
                      with headers, POST and status over fetch(), parsed in WebAssembly",
        keywords: &[
            "sse",
            "server-sent-events",
            "eventsource",
            "event-stream",
            "async-iterator",
            "fetch",
            "llm",
            "wasm",
            "typescript",
        ],
        license: env!("CARGO_PKG_LICENSE"),
        repository: Repository {
            r#type: "git",
            url: format!("git+{}.git", env!("CARGO_PKG_REPOSITORY")),
        },
        r#type: "module",
        main: "./index.js",
        types: "./index.d.ts",
        exports: Exports {
            all: Entry {
                types: "./index.d.ts",
                default: "./index.js",
            },
            native: Entry {
                types: "./native/index.d.ts",
                default: "./native/index.js",
            },
            wasm: "./wasm_eventsource_bg.wasm",
            native_wasm: "./native/wasm_eventsource_bg.wasm",
            manifest: "./package.json",
        },
        // `README.md` and this file go along unasked.
        files: &[
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "*.js",
            "*.d.ts",
            "*.wasm",
            "native",
        ],
        side_effects: false,
    };
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}
