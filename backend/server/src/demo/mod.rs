//! The demo province: fictional organisations at real places, one login a role, a year of past manifests.

mod authority;
mod chance;
mod clock;
mod history;
mod lan;
mod load;
mod logins;
mod measure;
mod mishap;
mod payload;
mod phones;
mod province;
mod registry;
mod seed;
mod serve;
#[cfg(test)]
mod tests;
mod today;
mod treatment;
mod year;

pub use serve::run;
