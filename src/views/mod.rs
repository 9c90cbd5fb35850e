//! The parts of the page.

mod app;
pub mod export;
mod findings;
mod footer;
mod header;
mod legend;
mod model;
mod notices;
mod print;
mod recording;
mod shortcuts;
mod table;
mod toolbar;
mod welcome;

pub use app::App;
