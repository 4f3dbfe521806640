//! Tells the linker what a Node.js addon needs. Without the feature `node` there is nothing to do.

fn main() {
    if std::env::var_os("CARGO_FEATURE_NODE").is_some() {
        napi_build::setup();
    }
}
