//! The page: an ECG recording is dropped, read, classified and explained on the visitor's own machine.
//!
//! It draws and asks; reading and computing are the engines' (in workers, see [`engines`]). [`work`] holds the way of
//! a recording, [`state`] what the views show, [`paper`] the ECG paper with the map laid over it.
#![forbid(unsafe_code)]

mod browser;
mod clock;
mod download;
mod engines;
mod intake;
mod keyboard;
mod menus;
mod models;
mod paper;
mod recordings;
mod report;
mod settings;
mod start;
mod state;
mod tasks;
mod views;
mod work;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(views::App);
}
