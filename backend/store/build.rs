//! Rebuilds the store when a migration is added: `migrate!` only notices changes of files it already read.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
