//! Statistics: a summary by the day of the load, and figures by the day of the issue out of the roll-ups. Every figure
//! carries the query of the list behind it.

mod figures;
mod filter;
mod labels;
mod summary;
mod tabs;

pub use figures::StatFigures;
pub use filter::{By, StatsFilter};
pub use summary::{FiguresView, Summary, SummaryQuery, summary};
pub use tabs::{
    Cell, Cross, CrossQuery, Groups, GroupsQuery, Heading, Totals, Trend, TrendPoint, TrendQuery, cross,
    groups, totals, trend,
};
