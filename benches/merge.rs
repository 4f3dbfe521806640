//! Who moved what, in 10,000 types of which each side changed a fifth:
//! `cargo bench --no-default-features --bench merge`.
//!
//! Beside it stands what the same costs where nothing moved, and the reading of the platform's
//! movements apart from noise. Reading, projecting and normalizing are not in it: see `engine`.

#[path = "../benchmark/documents.rs"]
mod documents;

use std::hint::black_box;

use catalyst_sync::drift::drift;
use catalyst_sync::merge::{Merge, Shape, three_way};
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::Dialect;
use criterion::{Criterion, criterion_group, criterion_main};
use documents::{Document, documents};

fn merge_all(documents: &[Document], shape: &Shape) -> Vec<Merge> {
    let merge = |one: &Document| three_way(Some(&one.base), &one.local, &one.remote, shape);
    documents.iter().map(merge).collect()
}

fn merging(criterion: &mut Criterion) {
    let dialect = OptimizelyDialect::new(Settings::new(ApiVersion::V1, Profile::Native));
    let shape = dialect.capabilities().shape;
    let changed = documents(&dialect, &shape);
    let mut group = criterion.benchmark_group("10,000 types");
    group.sample_size(10);
    group.bench_function("a fifth changed on each side, detect and merge", |bench| {
        bench.iter(|| merge_all(black_box(&changed), &shape));
    });
    group.bench_function("a fifth changed on each side, drift", |bench| {
        bench.iter(|| {
            let found = changed.iter().map(|one| drift(&one.base, &one.remote, &shape));
            found.map(|drift| drift.moved.len()).sum::<usize>()
        });
    });
    let unchanged: Vec<Document> = changed
        .into_iter()
        .map(|one| Document { local: one.base.local(), remote: one.base.remote(), base: one.base })
        .collect();
    group.bench_function("nothing changed", |bench| {
        bench.iter(|| merge_all(black_box(&unchanged), &shape));
    });
    group.finish();
}

criterion_group!(benches, merging);
criterion_main!(benches);
