//! Manifests: one file per thing that is done to them, and what callers see of them.

pub mod agree;
pub mod assign;
pub mod confirm;
pub mod declaration;
pub mod declare;
pub mod history;
pub mod list;
pub mod qr;
pub mod show;
pub mod view;
pub mod void;

mod eligibility;
mod issue;
pub(crate) mod load;
pub(crate) mod sight;

pub use issue::seal_next;
pub use show::find;
