//! The fake platform as a program, for the Jest tests and the demo.
//!
//! ```text
//! cargo run --example fake-optimizely -- [--port N] [--latency-ms N] [--tenant ID:SECRET]... [--exit-with-stdin]
//! ```
//!
//! Beside the tenant `test-client:test-secret` it knows those that are named.
//! Prints one line of JSON when it is ready: `{"origin":"http://127.0.0.1:4711","pid":42}`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "it belongs to the tests: what it does not expect is their failure"
)]

#[path = "../tests/support/fake/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod fake;

use std::process::ExitCode;

use fake::{Behaviour, Fake, FakeOptions, Tenant};

/// What the command line says.
#[derive(Debug, Default)]
struct Arguments {
    port: u16,
    latency_ms: u64,
    tenants: Vec<Tenant>,
    exit_with_stdin: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let behaviour = Behaviour { latency_ms: arguments.latency_ms, ..Behaviour::default() };
    let mut options = FakeOptions { port: arguments.port, behaviour, ..FakeOptions::default() };
    options.tenants.extend(arguments.tenants);
    let fake = Fake::start(options).await;
    println!("{}", serde_json::json!({ "origin": fake.origin(), "pid": std::process::id() }));
    if arguments.exit_with_stdin {
        let closed = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        tokio::task::spawn_blocking(closed).await.ok();
    } else {
        std::future::pending::<()>().await;
    }
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => arguments.port = number(&word, words.next())?,
            "--latency-ms" => arguments.latency_ms = number(&word, words.next())?,
            "--tenant" => arguments.tenants.push(tenant(words.next())?),
            "--exit-with-stdin" => arguments.exit_with_stdin = true,
            _ => return Err(format!("unknown argument {word}")),
        }
    }
    Ok(arguments)
}

fn number<T: std::str::FromStr>(name: &str, word: Option<String>) -> Result<T, String> {
    let word = word.ok_or_else(|| format!("{name} needs a number"))?;
    word.parse().map_err(|_| format!("{name} needs a number, not {word}"))
}

fn tenant(word: Option<String>) -> Result<Tenant, String> {
    let word = word.unwrap_or_default();
    let (id, secret) = word.split_once(':').ok_or("--tenant needs ID:SECRET")?;
    Ok(Tenant::new(id, secret))
}
