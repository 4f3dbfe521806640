//! The walls between the layers: `src/` is read, and a forbidden path in it fails the test.

use std::fs;
use std::path::Path;

/// What a module may use of the crate. A name allows the module and everything in it.
struct Layer {
    module: &'static str,
    uses: &'static [&'static str],
    /// No clock, no randomness, no environment, no async.
    pure: bool,
}

const MODEL: &[&str] = &["collect", "model"];
const FORM: &[&str] = &["collect", "model", "canonical", "digest"];
const ALGEBRA: &[&str] =
    &["collect", "model", "canonical", "digest", "diff", "merge", "version", "drift", "audit"];
/// Of the algebra an edge knows only the words in which a dialect describes its documents.
const EDGE: &[&str] = &[
    "collect",
    "model",
    "canonical",
    "digest",
    "error",
    "blocking",
    "port",
    "merge::Meaning",
    "merge::Rewrite",
    "merge::Shape",
];
/// What the platforms share is no platform.
const PLATFORM: &[&str] = &[
    "collect",
    "model",
    "canonical",
    "digest",
    "error",
    "blocking",
    "port",
    "merge::Meaning",
    "merge::Rewrite",
    "merge::Shape",
    "platform::lens",
];

const LAYERS: [Layer; 22] = [
    Layer { module: "error", uses: &[], pure: true },
    Layer { module: "model", uses: MODEL, pure: true },
    Layer { module: "canonical", uses: FORM, pure: true },
    Layer { module: "collect", uses: &[], pure: true },
    Layer { module: "digest", uses: &[], pure: true },
    Layer { module: "diff", uses: ALGEBRA, pure: true },
    Layer { module: "merge", uses: ALGEBRA, pure: true },
    Layer { module: "version", uses: ALGEBRA, pure: true },
    Layer { module: "drift", uses: ALGEBRA, pure: true },
    Layer { module: "audit", uses: FORM, pure: true },
    Layer {
        module: "plan",
        uses: &[
            "collect",
            "model",
            "canonical",
            "digest",
            "diff",
            "merge",
            "version",
            "drift",
            "plan",
        ],
        pure: true,
    },
    Layer {
        module: "port",
        uses: &[
            "collect",
            "model",
            "canonical",
            "digest",
            "diff",
            "merge",
            "version",
            "drift",
            "audit",
            "plan",
            "port",
        ],
        pure: false,
    },
    Layer { module: "sqlite", uses: EDGE, pure: false },
    Layer { module: "http", uses: EDGE, pure: false },
    Layer { module: "system", uses: EDGE, pure: false },
    Layer { module: "platform", uses: PLATFORM, pure: false },
    Layer {
        module: "engine",
        uses: &[
            "error",
            "collect",
            "model",
            "canonical",
            "digest",
            "diff",
            "merge",
            "version",
            "drift",
            "audit",
            "plan",
            "port",
            "engine",
        ],
        pure: false,
    },
    Layer { module: "blocking", uses: &[], pure: false },
    Layer { module: "argument", uses: &["error", "collect", "model", "canonical"], pure: true },
    // The composition root knows every edge by name, and nobody below knows it.
    Layer {
        module: "compose",
        uses: &[
            "argument",
            "error",
            "collect",
            "model",
            "canonical",
            "digest",
            "port",
            "engine",
            "sqlite",
            "http",
            "platform",
            "system",
            "compose",
        ],
        pure: false,
    },
    Layer {
        module: "node",
        uses: &[
            "argument",
            "blocking",
            "error",
            "collect",
            "model",
            "canonical",
            "port",
            "engine",
            "compose",
            "node",
        ],
        pure: false,
    },
    Layer { module: "lib", uses: &[], pure: true },
];

/// Where time, randomness and the environment come from when they do not come through a port.
const SOURCES: [&str; 6] =
    ["SystemTime", "Instant", "std::env", "rand::", "getrandom::", "tokio::time"];

#[test]
fn every_module_keeps_to_its_layer() {
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut Vec::new(), &mut files);
    assert!(files.len() > 10, "src/ was not found");
    let problems: Vec<String> =
        files.iter().flat_map(|(module, text)| check(module, text)).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The test itself notices what it is there for.
#[test]
fn walls_are_seen() {
    let cases: [(&str, &str, &[&str]); 22] = [
        ("model::a", "use crate::canonical::write;", &["canonical::write"]),
        ("model::a", "use crate::{canonical, model::{Json, Text}};", &["canonical"]),
        ("model::a", "/// See [`x`](crate::canonical::x).\n// crate::engine\nfn f() {}", &[]),
        ("model::a::b", "use super::super::super::port::Entity;", &["port::Entity"]),
        ("model::a::b", "use super::super::Json;", &[]),
        ("model::a", "const A: &str = \"crate::port\";", &[]),
        ("canonical", "fn f(a: crate::model::Json) -> crate::digest::Digest {}", &[]),
        ("merge::a", "macro_rules! m { () => { $crate::plan::x() } }", &["plan::x"]),
        ("merge::a", "use std::time::{Duration, Instant};", &["Instant"]),
        ("merge::a", "pub async fn f() {}", &["async"]),
        ("port::a", "#[async_trait] pub trait T { async fn f(); }", &[]),
        (
            "plan::a",
            "use crate::port::{Capabilities, Store};",
            &["port::Capabilities", "port::Store"],
        ),
        ("sqlite::a", "use crate::http::Client;", &["http::Client"]),
        ("sqlite::a", "use crate::sqlite::pool; use std::env;", &[]),
        ("platform::files", "use crate::platform::optimizely::x;", &["platform::optimizely"]),
        (
            "platform::files::a",
            "use crate::platform::files::b; use super::super::optimizely::x;",
            &["platform::optimizely"],
        ),
        ("platform::files", "use crate::merge::{Shape, three_way};", &["merge::three_way"]),
        ("platform", "pub mod files;", &[]),
        ("engine::a", "use crate::sqlite::Store;", &["sqlite::Store"]),
        (
            "engine::a",
            "let now = SystemTime::now(); let x = std::env::var(a);",
            &["SystemTime", "std::env"],
        ),
        ("node::a", "use crate::sqlite::Store; use crate::engine::Engine;", &["sqlite::Store"]),
        ("novelty", "fn f() {}", &["novelty"]),
    ];
    for (module, text, expected) in cases {
        let problems = check(module, text);
        assert_eq!(problems.len(), expected.len(), "{text}: {problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.ends_with(&format!("`{expected}`")), "{problem} is not {expected}");
        }
    }
}

/// Every source file with its module path: `merge::shape`; `mod.rs` stands for its folder.
fn collect(folder: &Path, above: &mut Vec<String>, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            above.push(stem);
            collect(&path, above, into);
            above.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let mut module = above.clone();
            if stem != "mod" {
                module.push(stem);
            }
            into.push((module.join("::"), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// What a file does that its layer may not.
fn check(module: &str, text: &str) -> Vec<String> {
    let segments: Vec<&str> = module.split("::").collect();
    let Some(layer) = LAYERS.iter().find(|layer| layer.module == segments[0]) else {
        return vec![format!("tests/layers.rs must say which layer this is: `{module}`")];
    };
    let code = code(text);
    let mut problems = Vec::new();
    for path in crate_paths(&code, &segments) {
        let within = |allowed: &str| path == allowed || path.starts_with(&format!("{allowed}::"));
        // A platform is a layer of its own, so that none knows another.
        let own = segments[..segments.len().min(if segments[0] == "platform" { 2 } else { 1 })]
            .join("::");
        if !within(&own) && !layer.uses.iter().any(|allowed| within(allowed)) && module != "lib" {
            let shown: Vec<&str> = path.split("::").take(2).collect();
            problems.push(format!("{module} must not use `{}`", shown.join("::")));
        }
    }
    if layer.pure || layer.module == "engine" {
        let used = SOURCES.iter().filter(|source| code.contains(*source));
        problems
            .extend(used.map(|source| format!("{module} must get it from the clock: `{source}`")));
    }
    if layer.pure
        && code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "async")
    {
        problems.push(format!("{module} is pure: `async`"));
    }
    problems
}

/// The text without comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut previous = ' ';
        for (at, char) in line.char_indices() {
            if !quoted && line[at..].starts_with("//") {
                break;
            }
            if char == '"' && previous != '\\' && previous != '\'' {
                quoted = !quoted;
            } else if !quoted {
                kept.push(char);
            }
            previous = char;
        }
        kept.push('\n');
    }
    kept
}

/// The paths into the crate, from its root: those that begin with `crate`, and those that climb up
/// to the root with `super`.
fn crate_paths(code: &str, module: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = &code[..at];
            let continued = before.ends_with("super::")
                || before.ends_with(|char: char| char.is_alphanumeric() || char == '_');
            if continued {
                continue;
            }
            let mut rest = &code[at..];
            let mut base: Vec<&str> = Vec::new();
            if let Some(below) = rest.strip_prefix("crate::") {
                rest = below;
            } else {
                base = module.to_vec();
                while let Some(below) = rest.strip_prefix("super::") {
                    rest = below;
                    base.pop();
                }
            }
            expand(rest, &base.join("::"), &mut found);
        }
    }
    found
}

/// Follows one tree of a `use`, or a path in code, and returns what stands behind it.
fn expand<'c>(tree: &'c str, base: &str, into: &mut Vec<String>) -> &'c str {
    let tree = tree.trim_start();
    if let Some(mut inner) = tree.strip_prefix('{') {
        loop {
            inner = inner.trim_start();
            if let Some(rest) = inner.strip_prefix('}') {
                return rest;
            }
            let behind = expand(inner, base, into);
            // Skips `as name`, and stops at anything that is no `use` tree.
            let Some(next) = behind.find([',', '}']) else { return "" };
            inner = behind[next..].strip_prefix(',').unwrap_or(&behind[next..]);
        }
    }
    let end = tree.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    let path = if base.is_empty() { name.to_owned() } else { format!("{base}::{name}") };
    if let Some(below) = rest.strip_prefix("::") {
        return expand(below, &path, into);
    }
    into.push(path);
    rest
}
