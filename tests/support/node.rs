//! The studio's hash as Node computes it.

use std::io::{BufWriter, Read as _, Write as _};
use std::process::{Command, Stdio};

/// Hashes documents with `hash.mjs`; `-` stands for a text that `JSON.parse` refuses.
///
/// Node is a required tool: without it there is nothing to compare with, so the test fails.
pub fn hashes(documents: &[String]) -> Vec<String> {
    let mut node = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/hash.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node must be installed to compare hashes with it");
    let stdin = node.stdin.take().unwrap();
    let mut printed = String::new();
    // Written from another thread, or both ends would wait for each other once the pipe is full.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut stdin = BufWriter::new(stdin);
            for document in documents {
                serde_json::to_writer(&mut stdin, document).unwrap();
                stdin.write_all(b"\n").unwrap();
            }
            stdin.flush().unwrap();
        });
        node.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    });
    assert!(node.wait().unwrap().success(), "hash.mjs failed");
    let hashes: Vec<String> = printed.lines().map(str::to_owned).collect();
    assert_eq!(hashes.len(), documents.len(), "one hash per document");
    hashes
}
