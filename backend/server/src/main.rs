//! emanifest
fn main() {}
