//! The ECG paper: where things stand ([`sheet`], [`zoom`], [`reach`], [`curve`], [`overlay`]), in which colours ([`colours`]),
//! and how they come on the screen ([`draw`], [`view`]).

pub mod colours;
pub mod curve;
pub mod draw;
pub mod overlay;
pub mod reach;
pub mod sheet;
pub mod view;
pub mod zoom;
