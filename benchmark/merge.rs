//! Detecting and merging by itself: three sides of 10,000 types, of which each side changed a fifth.
//! Linux only, because it reads `/proc`.
//!
//! ```text
//! benchmark-merge <file>
//! ```
//!
//! Writes the sides into the file, one type per line, for `opponent-merge.mjs`, and prints one line
//! of JSON: the CPU time of one pass over all types, and what was found.

mod cost;
mod documents;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use catalyst_sync::canonical::write;
use catalyst_sync::merge::{Movement, three_way};
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::Dialect;
use documents::{Document, documents};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("benchmark-merge <file>")?;
    let dialect = OptimizelyDialect::new(Settings::new(ApiVersion::V1, Profile::Native));
    let shape = dialect.capabilities().shape;
    let documents = documents(&dialect, &shape);
    publish(&documents, &file)?;

    let before = cost::cpu_ms()?;
    let merges: Vec<_> = documents
        .iter()
        .map(|one| three_way(Some(&one.base), &one.local, &one.remote, &shape))
        .collect();
    let cpu = cost::cpu_ms()? - before;

    let of = |movement| merges.iter().map(|merge| merge.of(movement).count()).sum::<usize>();
    let found = serde_json::json!({
        "cpuMs": cpu,
        "local": of(Movement::Local),
        "remote": of(Movement::Remote),
        "same": of(Movement::Same),
        "conflicts": of(Movement::Conflict),
    });
    println!("{found}");
    Ok(())
}

fn publish(documents: &[Document], file: &str) -> Result<(), Box<dyn Error>> {
    let mut lines = BufWriter::new(File::create(file)?);
    for Document { base, local, remote } in documents {
        let sides = [&base.local(), local, remote].map(|side| write(&side.nested()));
        let [base, local, remote] = sides;
        writeln!(lines, r#"{{"base":{base},"local":{local},"remote":{remote}}}"#)?;
    }
    Ok(lines.flush()?)
}
