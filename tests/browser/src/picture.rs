//! The pixels of the ECG paper, held against the samples that should be drawn there.

use crate::page::Page;
use anyhow::{Context, Result, bail};
use base64::Engine;

/// What the canvas holds, RGBA.
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    /// Device pixels a millimetre of paper.
    pub per_millimetre: f64,
}

/// Where a trace was found.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Column of the first sample (device pixels).
    pub x: i64,
    /// Row of 0 mV (device pixels).
    pub y: i64,
    /// Part of the trace's points that are ink, 0 to 1.
    pub score: f64,
}

impl Picture {
    /// Reads the canvas of an open recording.
    pub fn take(page: &mut Page) -> Result<Self> {
        Self::of(page, "paper-canvas")
    }

    /// Reads a canvas with ECG paper by its test name.
    pub fn of(page: &mut Page, name: &str) -> Result<Self> {
        let read = r"(() => {
            const canvas = document.querySelector('[data-testid=NAME]');
            const { width, height } = canvas;
            const bytes = canvas.getContext('2d').getImageData(0, 0, width, height).data;
            let text = '';
            for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
            return { width, height, scale: Number(canvas.dataset.pxPerMm) * Number(canvas.dataset.ratio), pixels: btoa(text) };
        })()";
        let answer = page.evaluate(&read.replace("NAME", name))?;
        let size = |name: &str| {
            answer[name].as_u64().and_then(|size| usize::try_from(size).ok()).context("the canvas has no size")
        };
        let pixels = base64::engine::general_purpose::STANDARD.decode(answer["pixels"].as_str().unwrap_or_default())?;
        let picture = Self {
            width: size("width")?,
            height: size("height")?,
            pixels,
            per_millimetre: answer["scale"].as_f64().unwrap_or(0.0),
        };
        if picture.width < 100
            || picture.height < 50
            || picture.per_millimetre <= 0.0
            || picture.pixels.len() != picture.width * picture.height * 4
        {
            bail!("the paper is {} x {} pixels at {} a mm", picture.width, picture.height, picture.per_millimetre);
        }
        Ok(picture)
    }

    /// Width in device pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    fn pixel(&self, x: usize, y: usize) -> &[u8] {
        let at = (y * self.width + x) * 4;
        self.pixels.get(at..at + 3).unwrap_or(&[255, 255, 255])
    }

    /// Dark on light paper: a trace, a pulse or a letter, but neither grid nor map.
    fn is_ink(&self, x: i64, y: i64) -> bool {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return false };
        x < self.width && y < self.height && self.pixel(x, y).iter().map(|&value| u32::from(value)).sum::<u32>() < 330
    }

    /// Looks for a trace everywhere in the picture: the place where most of its points are ink.
    ///
    /// `millivolts` at `rate` hertz, drawn at 25 mm/s and 10 mm/mV.
    pub fn find(&self, millivolts: &[f32], rate: f64) -> Place {
        let ink = self.ink();
        let points: Vec<(i64, i64)> = millivolts
            .iter()
            .enumerate()
            .map(|(index, &value)| {
                let x = index as f64 / rate * 25.0 * self.per_millimetre;
                let y = -f64::from(value) * 10.0 * self.per_millimetre;
                (x.round() as i64, y.round() as i64)
            })
            .collect();
        let few: Vec<(i64, i64)> = points.iter().step_by(8).copied().collect();
        let longest = points.last().map_or(0, |point| point.0);
        let mut best = Place { x: 0, y: 0, score: -1.0 };
        for y in 0..self.height as i64 {
            for x in 0..(self.width as i64 - longest).max(1) {
                if self.part_of_ink(&ink, &few, x, y) > best.score.max(0.5) - 0.05 {
                    let score = self.part_of_ink(&ink, &points, x, y);
                    if score > best.score {
                        best = Place { x, y, score };
                    }
                }
            }
        }
        best
    }

    /// Where there is ink or where it is one pixel away: a thin line is blurred over its neighbours.
    fn ink(&self) -> Vec<bool> {
        let rows = 0..self.height as i64;
        rows.flat_map(|y| (0..self.width as i64).map(move |x| (-1..=1).any(|step| self.is_ink(x, y + step)))).collect()
    }

    fn part_of_ink(&self, ink: &[bool], points: &[(i64, i64)], x: i64, y: i64) -> f64 {
        let at = |x: i64, y: i64| {
            let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
            if x < self.width { ink.get(y * self.width + x).copied() } else { None }
        };
        let hits = points.iter().filter(|point| at(x + point.0, y + point.1) == Some(true)).count();
        hits as f64 / points.len().max(1) as f64
    }

    /// Pixels that differ from those of another picture of the same size.
    pub fn changed(&self, other: &Self) -> Result<Vec<(usize, usize)>> {
        if (self.width, self.height) != (other.width, other.height) {
            bail!("the paper changed from {} x {} to {} x {}", other.width, other.height, self.width, self.height);
        }
        let differs = |x, y| self.pixel(x, y).iter().zip(other.pixel(x, y)).any(|(one, two)| one.abs_diff(*two) > 8);
        Ok((0..self.height)
            .flat_map(|y| (0..self.width).map(move |x| (x, y)))
            .filter(|&(x, y)| differs(x, y))
            .collect())
    }

    /// True when there is ink within so many device pixels above or below.
    pub fn near_ink(&self, x: usize, y: usize, reach: f64) -> bool {
        let reach = reach.ceil() as i64;
        (-reach..=reach).any(|step| self.is_ink(x as i64, y as i64 + step))
    }
}
